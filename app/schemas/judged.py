"""Items of a batch, each validated by itself."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import ValidationError, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator
from pydantic_core import ErrorDetails

from app.schemas.values import MAX_ID_LENGTH


class Unfit(NamedTuple):
    """An item of a batch that cannot be taken; its neighbours can."""

    name: str | None
    problem: str


def _each_by_itself(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """An unfit item is an answer, not a reason to refuse the batch."""
    try:
        return handler(value)
    except ValidationError as error:
        return Unfit(_named(value), "; ".join(map(_why, error.errors())))


def _named(value: object) -> str | None:
    if isinstance(value, dict):
        for key in ("event_id", "user_id", "tweet_id"):
            if isinstance(value.get(key), str | int):
                return str(value[key])[:MAX_ID_LENGTH]
    return None


def _why(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"]))
    what = error["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what


def _loosely(about: str, example: dict[str, object]) -> WithJsonSchema:
    """Anything may be sent: each item is judged by itself, and the answer says how."""
    return WithJsonSchema({"description": about, "examples": [example]})


Judged = WrapValidator(_each_by_itself)
