"""Items of a batch, each validated by itself."""

from __future__ import annotations

from typing import Final, NamedTuple

from pydantic import (
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import ErrorDetails

from app.schemas.encodable import encodable
from app.schemas.objection import objection
from app.schemas.values import EventId

EVENT_ID: Final = TypeAdapter(EventId)


class Unfit(NamedTuple):
    """An item of a batch that cannot be taken; its neighbours can."""

    name: str | None
    """Its `event_id`, if that is one."""
    problem: str


def _each_by_itself(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """An unfit item is an answer, not a reason to refuse the batch."""
    try:
        return handler(value)
    except ValidationError as error:
        return Unfit(_named(value), "; ".join(map(_why, error.errors())))


def _named(value: object) -> str | None:
    try:
        return EVENT_ID.validate_python(value["event_id"]) if isinstance(value, dict) else None
    except (KeyError, ValidationError):
        return None


def _why(error: ErrorDetails) -> str:
    where = encodable(".".join(map(str, error["loc"])))
    what = objection(error)
    return f"{where}: {what}" if where else what


def _loosely(about: str, example: dict[str, object]) -> WithJsonSchema:
    """Anything may be sent: each item is judged by itself, and the answer says how."""
    return WithJsonSchema({"description": about, "examples": [example]})


Judged = WrapValidator(_each_by_itself)
