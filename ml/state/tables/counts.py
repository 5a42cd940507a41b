"""The columns of the counters, and the column that each action adds to."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from ml.actions import Action, Effect

_COUNTERS: Final = tuple(dict.fromkeys(action.counter for action in Action if action.counter))
_NAMED: Final = (
    "IMPRESSION", "LIKE", "RETWEET", "REPLY", "FOLLOW", "NEGATIVE", "REPORT", "CLICK", "POST",
    "EXPECTED",
)  # fmt: skip


class Count(IntEnum):
    """What is counted: the columns of every table of counters.

    Those that features name come first, in a fixed order; the other counters of the table of
    actions follow.
    """

    IMPRESSION = 0
    LIKE = 1
    RETWEET = 2
    REPLY = 3
    FOLLOW = 4
    NEGATIVE = 5
    REPORT = 6
    CLICK = 7
    POST = 8
    EXPECTED = 9  # impressions, each by the chance that its place and the tweet's age gave it

    vars().update(
        {
            name: i
            for i, name in enumerate(dict.fromkeys((*_NAMED, *_COUNTERS)))
            if name not in _NAMED
        }
    )


COUNT_OF: Final = {action: Count[action.counter] for action in Action if action.counter}
ENGAGED: Final = tuple(
    sorted({COUNT_OF[action] for action in COUNT_OF if action.effect is Effect.ENGAGEMENT})
)
COMPLAINTS: Final = tuple(
    sorted({COUNT_OF[action] for action in COUNT_OF if action.effect is Effect.COMPLAINT})
)
