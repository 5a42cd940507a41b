"""Generation of users: hidden tastes, habits and aversions, of which few are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.behaviour_weights import HABIT_SPREAD
from datagen.parameters import DAY, Parameters, instants
from datagen.vocabulary import TOPICS

STYLES: Final = 6
COMMUNITY_SIZE: Final = 50
COMMUNITY_TOPICS: Final = 4
OWN_TOPICS: Final = 2
LIKED: Final = 0.5  # the taste from which a topic counts as liked
ADMITTED: Final = 0.75  # share of liked topics that are declared
PRETENDED: Final = 0.015  # share of all topics that are declared at random
SILENT: Final = 0.12  # share of users who declare nothing
SESSIONS_PER_DAY: Final = 0.85
TROLLS: Final = 0.09  # of all users
RACY: Final = 0.07  # of all users
TONE: Final = 0.9  # how much of a style is the community's
OWN_TONE: Final = 0.45

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Users:
    """One row per user; all but `user_id` and `joined` is hidden from the tables."""

    user_id: NDArray[np.int64]
    joined: NDArray[np.int64]
    community: Rows
    taste: Floats  # (users, topics), 0–1
    ear: Floats  # (users, styles): what they like to read
    style: Floats  # (users, styles): what they write like
    habit: Floats  # (users, actions): how easily they act at all, in logits
    media_taste: Floats
    toxic_aversion: Floats  # 0–1
    nsfw_aversion: Floats  # 0–1
    sessions_per_day: Floats
    posting: Floats  # share of all tweets
    fame: Floats  # how strongly they attract follows
    quality: Floats  # mean quality of what they write, 0–1
    toxic: Floats  # mean toxicity of what they write, 0–1
    nsfw: Floats  # mean nudity of what they write, 0–1

    def __len__(self) -> int:
        return len(self.user_id)

    def kinship(self, reader: Rows, author: Rows) -> Floats:
        """How well each author's style suits what the reader likes to read: about ±1."""
        products = np.einsum("ij,ij->i", self.ear[reader], self.style[author])
        return np.asarray(products / np.float32(STYLES), np.float32)


def draw_users(parameters: Parameters, rng: np.random.Generator) -> Users:
    """Draw users in hidden communities, whose topics and tone they share."""
    n = parameters.users
    communities = max(3, round(n / COMMUNITY_SIZE))
    community = rng.permutation(np.arange(n) % communities).astype(np.int32)
    tone = rng.normal(size=(communities, STYLES))
    tone /= np.linalg.norm(tone, axis=1, keepdims=True) / np.sqrt(STYLES)
    fame = np.minimum(rng.pareto(1.5, n) + 1.0, 40.0)
    posting = np.minimum(np.sqrt(fame) * rng.lognormal(0.0, 0.6, n), 12.0)
    sessions = rng.lognormal(0.0, 0.8, n)
    troll = rng.random(n) < TROLLS
    racy = rng.random(n) < RACY
    return Users(
        user_id=np.arange(1, n + 1, dtype=np.int64),
        joined=_joined(parameters, rng),
        community=community,
        taste=_tastes(community, communities, rng),
        ear=_toned(tone[community], rng),
        style=_toned(tone[community], rng),
        habit=(rng.normal(size=(n, len(HABIT_SPREAD))) * HABIT_SPREAD).astype(np.float32),
        media_taste=rng.normal(0.2, 1.0, n).astype(np.float32),
        toxic_aversion=rng.beta(1.2, 1.2, n).astype(np.float32),
        nsfw_aversion=rng.beta(1.2, 1.2, n).astype(np.float32),
        sessions_per_day=(SESSIONS_PER_DAY * sessions / sessions.mean()).astype(np.float32),
        posting=(posting / posting.sum()).astype(np.float32),
        fame=fame.astype(np.float32),
        quality=rng.beta(3.0, 3.0, n).astype(np.float32),
        toxic=np.where(troll, rng.beta(6.0, 5.0, n), rng.beta(1.0, 24.0, n)).astype(np.float32),
        nsfw=np.where(racy, rng.beta(6.0, 5.0, n), rng.beta(1.0, 32.0, n)).astype(np.float32),
    )


def users_table(users: Users, names: NDArray[np.str_], rng: np.random.Generator) -> pl.DataFrame:
    """The users table, in which users declare a noisy part of their tastes or nothing."""
    n, shape = len(users), users.taste.shape
    declared = (users.taste > LIKED) & (rng.random(shape) < ADMITTED)
    declared |= rng.random(shape) < PRETENDED
    declares = rng.random((n, 1)) >= SILENT
    who, what = np.nonzero(declared & declares)
    interests = (
        pl.DataFrame({"user_id": users.user_id[who], "interests": np.array(TOPICS)[what]})
        .group_by("user_id", maintain_order=True)
        .agg("interests")
    )
    table = pl.DataFrame(
        {
            "user_id": users.user_id,
            "name": names,
            "created_at": instants(users.joined),
            "sensitive_ok": rng.random(n) < 0.7 * (1.0 - users.nsfw_aversion) ** 2,
        }
    )
    return table.join(interests, on="user_id", how="left", maintain_order="left").select(
        "user_id",
        "name",
        "created_at",
        pl.col("interests").fill_null([]),
        "sensitive_ok",
    )


def _joined(parameters: Parameters, rng: np.random.Generator) -> NDArray[np.int64]:
    """When each user joined: most in the two years before the log, one in twenty during it."""
    n = parameters.users
    before = parameters.start - rng.integers(DAY, 730 * DAY, n)
    during = parameters.start + rng.integers(DAY, 28 * DAY, n)
    return np.where(rng.random(n) < 0.05, during, before).astype(np.int64)


def _toned(tone: NDArray[np.float64], rng: np.random.Generator) -> Floats:
    """Styles of users: the tone of the community with a personal part."""
    return (TONE * tone + OWN_TONE * rng.normal(size=tone.shape)).astype(np.float32)


def _tastes(community: Rows, communities: int, rng: np.random.Generator) -> Floats:
    """Tastes of users: some topics of the community and some personal ones."""
    topics = len(TOPICS)
    shared = _some_of(topics, communities, COMMUNITY_TOPICS, rng)
    own = _some_of(topics, len(community), OWN_TOPICS, rng)
    kept = rng.random((len(community), topics)) < 0.8
    liked = (shared[community] & kept) | own
    drawn = rng.random(liked.shape)
    return np.where(liked, LIKED + (1.0 - LIKED) * drawn, 0.15 * drawn).astype(np.float32)


def _some_of(topics: int, rows: int, k: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """True for k random topics of each row."""
    rank = np.argsort(np.argsort(rng.random((rows, topics)), axis=1), axis=1)
    return np.asarray(rank < k)
