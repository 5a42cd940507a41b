"""The forms of single values: ids, moments, flags, words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from urllib.parse import unquote

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from ml import ids
from ml.schema import EARLIEST, LATEST

ID: Final = {"type": "string", "pattern": ids.PATTERN, "format": "nfc"}
"""No regular expression can tell the normal form NFC, so the format names it."""
YEARS: Final = "^(19[7-9][0-9]|20[0-9][0-9])-"
A_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
A_MOMENT: Final = f"expected RFC 3339 or unix seconds in 1970–2100 ({EARLIEST} to {LATEST})"


LONGEST_TEXT: Final = 10_000  # characters


LONGEST_NAME: Final = 200


MAX_WORDS: Final = 64


def _as_string(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_moment(value: object) -> object:
    if isinstance(value, str) and A_DATE.match(value):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(A_MOMENT)
    if EARLIEST <= value <= LATEST:
        return datetime.fromtimestamp(value, UTC)
    raise ValueError(A_MOMENT)


def _within(at: datetime) -> datetime:
    if not EARLIEST <= (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() <= LATEST:
        raise ValueError(A_MOMENT)
    return at


def _as_flag(value: object) -> object:
    return bool(value) if type(value) is int and value in (0, 1) else value


def _as_id(text: str) -> str:
    if (objection := ids.objection(text)) is not None:
        raise ValueError(objection)
    return text


def _as_event_id(text: str) -> str:
    if (objection := ids.event_id_objection(text)) is not None:
        raise ValueError(objection)
    return text


def _of_segment(segment: str) -> str:
    """The id in a segment of a path, of which `RawPath` left `%` and `/` percent-encoded."""
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError as error:
        raise ValueError("an id in a path is percent-encoded UTF-8, this one is not") from error


_OneSegment = (
    BeforeValidator(_of_segment),
    AfterValidator(_as_id),
    WithJsonSchema(ID),
)


UserId = Annotated[str, *_OneSegment]
"""In a path; elsewhere `Id`."""


TweetId = Annotated[str, *_OneSegment]
"""In a path; elsewhere `Id`."""


Id = Annotated[
    str,
    BeforeValidator(_as_string),
    AfterValidator(_as_id),
    WithJsonSchema({"anyOf": [ID, {"type": "integer"}]}),
]


RequestId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.:@-]{1,128}$")]
"""What a request is called: by its client, or by the service."""
EventId = Annotated[
    str,
    BeforeValidator(_as_string),
    AfterValidator(_as_event_id),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": ids.MAX_EVENT_ID_LENGTH},
                {"type": "integer"},
            ]
        }
    ),
]


Probability = float | None  # null where no model was trained


Instant = Annotated[
    datetime,
    BeforeValidator(_as_moment),
    AfterValidator(_within),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time", "pattern": YEARS},
                {"type": "number", "minimum": EARLIEST, "maximum": LATEST},
            ]
        }
    ),
]


Moment = Annotated[
    Instant | None, Field(description="RFC 3339, or unix seconds; now, if not given.")
]


Visibility = Literal["public", "unlisted", "followers", "mentioned"]


Words = Annotated[
    list[Annotated[str, Field(max_length=LONGEST_NAME)]] | None, Field(max_length=MAX_WORDS)
]


Flag = Annotated[
    Annotated[
        bool,
        Field(strict=True),
        BeforeValidator(_as_flag),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}),
    ]
    | None,
    Field(description="True or false, or 1 or 0."),
]


def _as_position(value: object) -> object:
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit()):
            raise ValueError("expected the `offset` of a write, as it was sent")
        return int(value)
    return value


Offset = Annotated[
    int,
    Field(ge=0, le=2**53),
    BeforeValidator(_as_position),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,16}$"}),
]
"""A place in the event log, opaque to clients."""
