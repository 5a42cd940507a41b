"""What is counted, and which action counts as what."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from ml.schema import Action


class Count(IntEnum):
    """What is counted: the columns of every table of counters."""

    IMPRESSION = 0
    LIKE = 1
    RETWEET = 2
    REPLY = 3
    FOLLOW = 4
    NEGATIVE = 5
    REPORT = 6
    CLICK = 7
    POST = 8


COUNT_OF: Final = {
    Action.IMPRESSION: Count.IMPRESSION,
    Action.LIKE: Count.LIKE,
    Action.RETWEET: Count.RETWEET,
    Action.REPLY: Count.REPLY,
    Action.FOLLOW: Count.FOLLOW,
    Action.NOT_INTERESTED: Count.NEGATIVE,
    Action.MUTE: Count.NEGATIVE,
    Action.BLOCK: Count.NEGATIVE,
    Action.REPORT: Count.REPORT,
    Action.CLICK: Count.CLICK,
    Action.POST: Count.POST,
}
ENGAGED: Final = (Count.LIKE, Count.RETWEET, Count.REPLY)
COMPLAINTS: Final = (Count.NEGATIVE, Count.REPORT)
