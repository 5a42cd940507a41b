"""The table of heads: what the heavy ranker predicts, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ml.actions import ENGAGEMENTS, Action


@dataclass(frozen=True, slots=True)
class Head:
    """A head predicts that at least one of `actions` follows an impression.

    `balance` is the head's share in the `balanced` preset: an average impression contributes
    `balance` to the sum of weighted probabilities, whatever the head's base rate.
    """

    name: str
    actions: tuple[Action, ...]
    balance: float


HEADS: Final = (
    Head("engagement", ENGAGEMENTS, 0.0),  # its parts are counted, so it is not counted again
    Head("like", (Action.LIKE,), 1.0),
    Head("retweet", (Action.RETWEET,), 0.4),
    Head("reply", (Action.REPLY,), 0.4),
    Head("follow", (Action.FOLLOW,), 0.1),
    Head("negative", (Action.NOT_INTERESTED, Action.MUTE, Action.BLOCK), -0.2),
    Head("report", (Action.REPORT,), -0.1),
)
NAMES: Final = tuple(head.name for head in HEADS)
