"""Many writes at once, and what became of each."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from app.schemas.event import EventIn
from app.schemas.judged import Judged, _loosely
from app.schemas.rows import TweetRow, UserRow
from app.schemas.strict import Strict

MAX_WRITTEN: Final = 1_000  # in one call


class EventsRequest(Strict):
    events: Annotated[
        list[
            Annotated[
                EventIn,
                Judged,
                _loosely(
                    "`event_id`, `action`, `user_id`, and `tweet_id` or `target_user_id`; may "
                    "have `created_at`, `value`, `request_id` and `position`. Each is judged by "
                    "itself.",
                    {"event_id": "e1", "action": "like", "user_id": "1", "tweet_id": "1"},
                ),
            ]
        ],
        Field(min_length=1, max_length=MAX_WRITTEN),
    ]


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

    offset: int


class TweetWritten(Written):
    ignored: list[str]
    """Fields that differ from what the tweet has and will keep; the others have their effect."""


class EventsWritten(Written):
    results: list[EventResult]


class RowsWritten(Written):
    results: list[RowResult]
