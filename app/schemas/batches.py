"""Many writes at once, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from app.schemas.event import EventIn
from app.schemas.judged import Judged, Unfit, _loosely
from app.schemas.rows import TweetRow, UserRow
from app.schemas.strict import Strict
from app.schemas.values import Offset

MAX_WRITTEN: Final = 1_000  # in one call


class EventsRequest(Strict):
    events: Annotated[
        list[
            Annotated[
                Any,  # an `EventIn`, as `judged_event` finds: of a thousand, some at a time
                _loosely(
                    "`action`, `user_id`, and `tweet_id`, `target_user_id` or `text`; may have "
                    "`event_id` (any text of 1 to 128 characters; one is accepted once), "
                    "`created_at`, `value`, `request_id`, `position` and `expires_at`. Each is "
                    "judged by itself.",
                    {"event_id": "e1", "action": "like", "user_id": "1", "tweet_id": "1"},
                ),
            ]
        ],
        Field(min_length=1, max_length=MAX_WRITTEN),
    ]


judged_event: Final[Callable[[object], EventIn | Unfit]] = TypeAdapter(
    Annotated[EventIn, Judged]
).validate_python


class UsersRequest(Strict):
    users: Annotated[
        list[
            Annotated[
                UserRow,
                Judged,
                _loosely(
                    "A row of the table `users`. Each is judged by itself.",
                    {"user_id": "1001", "name": "Ada", "interests": ["science"]},
                ),
            ]
        ],
        Field(min_length=1, max_length=MAX_WRITTEN),
    ]


class TweetsRequest(Strict):
    tweets: Annotated[
        list[
            Annotated[
                TweetRow,
                Judged,
                _loosely(
                    "A row of the table `tweets`. Each is judged by itself.",
                    {"tweet_id": "10001", "author_id": "1", "text": "Good morning"},
                ),
            ]
        ],
        Field(min_length=1, max_length=MAX_WRITTEN),
    ]


class EventResult(Strict):
    event_id: str | None
    """As it was sent; null where none was, or where it is not one."""
    status: Literal["accepted", "duplicate", "rejected"]
    problem: str | None = None
    """Why it was rejected."""


class RowResult(Strict):
    """Of each row, in the order sent."""

    status: Literal["accepted", "rejected"]
    problem: str | None = None
    """Why it was rejected."""
    ignored: list[str] | None = None
    """Fields that differ from what the tweet has and will keep; the others had their effect."""


class Written(Strict):
    """On disk. Its effect follows in a moment; a client that must not miss it asks with
    `?after_offset=`."""

    offset: Offset
    """A place in the event log: send it back as it is."""


class TweetWritten(Written):
    ignored: list[str]
    """Fields that differ from what the tweet has and will keep; the others have their effect."""


class EventsWritten(Written):
    results: list[EventResult]


class RowsWritten(Written):
    results: list[RowResult]
