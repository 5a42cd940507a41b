"""The forms of single values: ids, moments, flags, words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

# Spelt out, because to JSON Schema \w is ASCII alone: that, and the letters of other scripts.
ID_PATTERN: Final = r"^[0-9A-Za-z_.:@\u00c0-\u1fff\u2c00-\ud7ff\uf900-\uffdc-]{1,128}$"


ID_WORDS: Final = "an id: up to 128 letters, digits, or any of _ . : @ -"


MAX_ID_LENGTH: Final = 128


LATEST: Final = 4_102_444_800  # 2100-01-01, in unix seconds


LONGEST_TEXT: Final = 10_000  # characters


LONGEST_NAME: Final = 200


MAX_WORDS: Final = 64


def _as_string(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_moment(value: object) -> object:
    if isinstance(value, str) and "-" in value:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST:
        return datetime.fromtimestamp(value, UTC)
    raise ValueError(f"expected RFC 3339, or unix seconds from 0 to {LATEST}")


def _as_flag(value: object) -> object:
    return bool(value) if type(value) is int and value in (0, 1) else value


UserId = Annotated[str, Field(pattern=ID_PATTERN)]


TweetId = Annotated[str, Field(pattern=ID_PATTERN)]


Id = Annotated[
    str,
    BeforeValidator(_as_string),
    Field(pattern=ID_PATTERN),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": ID_PATTERN}, {"type": "integer"}]}),
]


Probability = float | None  # null where no model was trained


Instant = Annotated[
    datetime,
    BeforeValidator(_as_moment),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "number", "minimum": 0, "maximum": LATEST},
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
