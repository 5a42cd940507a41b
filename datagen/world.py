"""The hidden truth: how likely anybody is to do anything, if they look."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.behaviour_weights import ACTIONS, SIGNALS, Mix
from datagen.follow_graph import FollowGraph
from datagen.parameters import HOUR, Parameters
from datagen.tweets import Tweets
from datagen.users import Floats, Rows, Users

Ids = NDArray[np.int64]
Seconds = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class World:
    """Everybody's tastes and every tweet's worth; the methods take rows of `users` and `tweets`
    and times in unix seconds."""

    parameters: Parameters
    mix: Mix
    users: Users
    tweets: Tweets
    ties: FollowGraph

    def probabilities(self, user: Rows, tweet: Rows, at: Seconds) -> dict[str, Floats]:
        """P(action | examined) for each head; nobody follows twice."""
        signals = self.signals(user, tweet, at)
        logits = signals @ self.mix.weights + self.users.habit[user]  # (pairs, actions)
        chance = 1.0 / (1.0 + np.exp(-logits))
        heads = {name: chance[:, column] for column, name in enumerate(ACTIONS)}
        strangers = signals[:, SIGNALS.index("tie")] == 0.0
        heads["follow"] = np.where(strangers, heads["follow"], np.float32(0.0))
        nothing = (1 - heads["like"]) * (1 - heads["retweet"]) * (1 - heads["reply"])
        return {"engagement": 1 - nothing, **heads}

    def signals(self, user: Rows, tweet: Rows, at: Seconds) -> Floats:
        """What moves a viewer who looks at a tweet, one column per name in `SIGNALS`."""
        users, tweets = self.users, self.tweets
        author = tweets.author[tweet]
        age_hours = np.maximum(at - tweets.created[tweet], 0) / HOUR
        columns = {
            "one": np.ones(len(user)),
            "taste": users.taste[user, tweets.topic[tweet]],
            "kinship": users.kinship(user, author),
            "tie": self.ties.strength_between(user, author, at),
            "quality": tweets.quality[tweet],
            "recency": np.exp2(-age_hours / self.mix.half_life_hours),
            "media": users.media_taste[user] * tweets.media[tweet],
            "toxic": users.toxic_aversion[user] * tweets.toxic[tweet],
            "nsfw": users.nsfw_aversion[user] * tweets.nsfw[tweet],
        }
        return np.column_stack([columns[name] for name in SIGNALS]).astype(np.float32)

    def examination(self, position: Rows) -> Floats:
        """P(examined) by position on the page, 0 at the top."""
        return ((1.0 + position) ** -self.mix.examination_decay).astype(np.float32)

    def user_rows(self, ids: Ids) -> Rows:
        """The rows of these users."""
        return _rows_of(ids, self.users.user_id)

    def tweet_rows(self, ids: Ids) -> Rows:
        """The rows of these tweets."""
        return _rows_of(ids, self.tweets.tweet_id)

    def save(self, folder: Path) -> None:
        """Arrays as npz, numbers as JSON; nothing that runs code when it is read."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("users", "tweets", "ties"):
            np.savez(folder / f"{name}.npz", **_columns(getattr(self, name)))
        mix = {**_columns(self.mix), "weights": self.mix.weights.tolist()}
        numbers = {"parameters": asdict(self.parameters), "mix": mix}
        text = json.dumps(numbers, indent=2) + "\n"
        (folder / "world.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> World:
        """The world that `save` wrote."""
        numbers = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        weights = np.array(numbers["mix"].pop("weights"), np.float32)
        ties = _load(folder / "ties.npz")
        return cls(
            Parameters(**numbers["parameters"]),
            Mix(weights, **numbers["mix"]),
            Users(**_load(folder / "users.npz")),
            Tweets(**_load(folder / "tweets.npz")),
            FollowGraph(int(ties.pop("users")), **ties),
        )


def _rows_of(ids: Ids, known: Ids) -> Rows:
    """Places in `known`, which is sorted."""
    place = np.searchsorted(known, ids)
    found = np.append(known, -1)[place] == ids
    if not found.all():
        raise KeyError(f"the world knows no id {ids[~found][0]}")
    return place.astype(np.int32)


def _columns(part: Users | Tweets | FollowGraph | Mix) -> dict[str, Any]:
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _load(path: Path) -> dict[str, Any]:
    with np.load(path) as file:
        return dict(file)
