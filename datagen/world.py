"""The hidden truth: how likely anybody is to do anything, if they look."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from datagen.follows import Ties
from datagen.parameters import HOUR, Parameters
from datagen.tweets import Tweets
from datagen.users import Floats, Rows, Users

ACTIONS: Final = ("like", "retweet", "reply", "follow", "negative", "report")
SIGNALS: Final = (
    "one",
    "taste",
    "kinship",
    "tie",
    "quality",
    "recency",
    "media",
    "toxic",
    "nsfw",
)
# In logits, one row per signal and one column per action.
MIX: Final = (
    # like, retweet, reply, follow, negative, report
    (-6.10, -7.60, -7.40, -7.30, -5.60, -8.00),  # one
    (2.70, 1.50, 1.30, 2.00, -1.20, 0.00),  # taste
    (0.50, 1.00, 0.30, 1.00, -0.30, 0.00),  # kinship
    (2.00, 1.20, 3.20, 0.00, -0.60, -0.80),  # tie
    (2.00, 3.60, 0.60, 2.40, -0.80, 0.00),  # quality
    (1.30, 1.00, 1.70, 0.20, 0.20, 0.20),  # recency
    (0.35, 0.50, -0.20, 0.10, 0.00, 0.00),  # media
    (-2.00, -1.50, 1.00, -2.00, 5.00, 7.50),  # toxic
    (-2.00, -2.00, -1.00, -2.00, 5.00, 5.00),  # nsfw
)
HALF_LIFE_HOURS: Final = 12.0
EXAMINATION_DECAY: Final = 0.25

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class World:
    """Everybody's tastes and every tweet's worth; rows of `users` and `tweets` are the rows
    that the methods take. `mix` is logits per signal and action, in the order of `SIGNALS`
    and `ACTIONS`."""

    parameters: Parameters
    users: Users
    tweets: Tweets
    ties: Ties
    mix: NDArray[np.float32]

    def probabilities(self, user: Rows, tweet: Rows, at: NDArray[np.int64]) -> dict[str, Floats]:
        """P(action | examined) for each head, at unix seconds; nobody follows twice."""
        signals = self.signals(user, tweet, at)
        logits = signals @ self.mix + self.users.habit[user]  # (pairs, actions)
        chance = 1.0 / (1.0 + np.exp(-logits))
        heads = {name: chance[:, column] for column, name in enumerate(ACTIONS)}
        strangers = signals[:, SIGNALS.index("tie")] == 0.0
        heads["follow"] = np.where(strangers, heads["follow"], np.float32(0.0))
        nothing = (1 - heads["like"]) * (1 - heads["retweet"]) * (1 - heads["reply"])
        return {"engagement": 1 - nothing, **heads}

    def signals(self, user: Rows, tweet: Rows, at: NDArray[np.int64]) -> Floats:
        """What moves a viewer who looks at a tweet, one column per name in `SIGNALS`."""
        users, tweets = self.users, self.tweets
        author = tweets.author[tweet]
        kinship = np.einsum("ij,ij->i", users.ear[user], users.style[author])
        age_hours = np.maximum(at - tweets.created[tweet], 0) / HOUR
        return np.column_stack(
            (
                np.ones(len(user), np.float32),
                users.taste[user, tweets.topic[tweet]],
                kinship / np.float32(users.ear.shape[1]),
                self.ties.between(user, author, at),
                tweets.quality[tweet],
                np.exp2(-age_hours / HALF_LIFE_HOURS).astype(np.float32),
                users.media_taste[user] * tweets.media[tweet],
                users.toxic_aversion[user] * tweets.toxic[tweet],
                users.nsfw_aversion[user] * tweets.nsfw[tweet],
            )
        )

    @staticmethod
    def examination(position: NDArray[np.integer[Any]]) -> Floats:
        """P(examined) by position, 0 being the top."""
        return ((1.0 + position) ** -EXAMINATION_DECAY).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Arrays as npz, numbers as JSON; nothing that runs code when read."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "users.npz", **_arrays(self.users))
        np.savez(folder / "tweets.npz", **_arrays(self.tweets))
        np.savez(folder / "ties.npz", **_arrays(self.ties))
        np.savez(folder / "mix.npz", mix=self.mix)
        text = json.dumps(asdict(self.parameters), indent=2)
        (folder / "parameters.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> World:
        """The world that `save` wrote."""
        text = (folder / "parameters.json").read_text(encoding="utf-8")
        ties = _load(folder / "ties.npz")
        with np.load(folder / "mix.npz") as file:
            mix = file["mix"]
        return cls(
            Parameters(**json.loads(text)),
            Users(**_load(folder / "users.npz")),
            Tweets(**_load(folder / "tweets.npz")),
            Ties(**{**ties, "users": int(ties["users"])}),
            mix,
        )


def _arrays(part: Users | Tweets | Ties) -> dict[str, Any]:
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _load(path: Path) -> dict[str, Any]:
    with np.load(path) as file:
        return dict(file)
