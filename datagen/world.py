"""The hidden truth of a world: the probability of each action on an examined tweet."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.behaviour_weights import ACTIONS, SIGNALS, BehaviourWeights
from datagen.follow_graph import FollowGraph
from datagen.parameters import HOUR, Parameters
from datagen.tweets import Tweets
from datagen.users import Floats, Rows, Users

Ids = NDArray[np.int64]
Seconds = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class World:
    """All hidden traits of users and tweets; the methods take rows of `users` and `tweets` and
    times in unix seconds."""

    parameters: Parameters
    weights: BehaviourWeights
    users: Users
    tweets: Tweets
    follow_graph: FollowGraph

    def probabilities(self, user: Rows, tweet: Rows, at: Seconds) -> dict[str, Floats]:
        """P(action | examined) for each head; a follower cannot follow again."""
        signals = self.signals(user, tweet, at)
        logits = signals @ self.weights.weights + self.users.habit[user]  # (pairs, actions)
        chance = 1.0 / (1.0 + np.exp(-logits))
        heads = {name: chance[:, column] for column, name in enumerate(ACTIONS)}
        strangers = signals[:, SIGNALS.index("tie")] == 0.0
        heads["follow"] = np.where(strangers, heads["follow"], np.float32(0.0))
        nothing = (1 - heads["like"]) * (1 - heads["retweet"]) * (1 - heads["reply"])
        return {"engagement": 1 - nothing, **heads}

    def signals(self, user: Rows, tweet: Rows, at: Seconds) -> Floats:
        """(pairs, signals) The inputs of behaviour, one column per name in `SIGNALS`."""
        users, tweets = self.users, self.tweets
        author = tweets.author[tweet]
        age_hours = np.maximum(at - tweets.created[tweet], 0) / HOUR
        columns = {
            "one": np.ones(len(user)),
            "taste": users.taste[user, tweets.topic[tweet]],
            "kinship": users.kinship(user, author),
            "tie": self.follow_graph.strength_between(user, author, at),
            "quality": tweets.quality[tweet],
            "recency": np.exp2(-age_hours / self.weights.half_life_hours),
            "media": users.media_taste[user] * tweets.media[tweet],
            "toxic": users.toxic_aversion[user] * tweets.toxic[tweet],
            "nsfw": users.nsfw_aversion[user] * tweets.nsfw[tweet],
        }
        return np.column_stack([columns[name] for name in SIGNALS]).astype(np.float32)

    def examination(self, position: Rows) -> Floats:
        """P(examined) by position on the page, 0 at the top."""
        return ((1.0 + position) ** -self.weights.examination_decay).astype(np.float32)

    def user_rows(self, ids: Ids) -> Rows:
        """The rows of these users."""
        return _rows_of(ids, self.users.user_id)

    def tweet_rows(self, ids: Ids) -> Rows:
        """The rows of these tweets."""
        return _rows_of(ids, self.tweets.tweet_id)

    def save(self, folder: Path) -> None:
        """Save the world: arrays as npz and numbers as JSON, so that loading runs no code."""
        folder.mkdir(parents=True, exist_ok=True)
        parts: dict[str, Users | Tweets | FollowGraph] = {
            "users": self.users,
            "tweets": self.tweets,
            "ties": self.follow_graph,
        }
        for name, part in parts.items():
            np.savez(folder / f"{name}.npz", **_columns(part))
        mix = {**_columns(self.weights), "weights": self.weights.weights.tolist()}
        numbers = {"parameters": asdict(self.parameters), "mix": mix}
        text = json.dumps(numbers, indent=2) + "\n"
        (folder / "world.json").write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> World:
        """The world that `save` wrote."""
        numbers = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        weights = np.array(numbers["mix"].pop("weights"), np.float32)
        graph = _load(folder / "ties.npz")
        return cls(
            Parameters(**numbers["parameters"]),
            BehaviourWeights(weights, **numbers["mix"]),
            Users(**_load(folder / "users.npz")),
            Tweets(**_load(folder / "tweets.npz")),
            FollowGraph(int(graph.pop("users")), **graph),
        )


def _rows_of(ids: Ids, known: Ids) -> Rows:
    """The positions of ids in `known`, which is sorted."""
    place = np.searchsorted(known, ids)
    found = np.append(known, -1)[place] == ids
    if not found.all():
        raise KeyError(f"the world knows no id {ids[~found][0]}")
    return place.astype(np.int32)


def _columns(part: Users | Tweets | FollowGraph | BehaviourWeights) -> dict[str, Any]:
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _load(path: Path) -> dict[str, Any]:
    with np.load(path) as file:
        return dict(file)
