"""People follow who is like them, who is famous, and whom their friends follow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.parameters import DAY, Parameters, instants
from datagen.users import Floats, Rows, Users

FOLLOWS_PER_USER: Final = 30
DEGREE_SPREAD: Final = 0.7
LONERS: Final = 0.01
ROUNDS: Final = 8
HOMOPHILY, SHARED_TOPIC, TRIADIC, RECIPROCAL = 0.40, 0.15, 0.20, 0.12  # the rest: the famous
PATIENCE_DAYS: Final = 40
NEVER: Final = np.iinfo(np.int64).max

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ties:
    """Who follows whom, since when, and how close they are: sorted by `key`, which is
    follower · users + followee."""

    users: int
    key: Keys
    since: NDArray[np.int64]
    strength: Floats  # 0–1, hidden

    @property
    def follower(self) -> Rows:
        return (self.key // self.users).astype(np.int32)

    @property
    def followee(self) -> Rows:
        return (self.key % self.users).astype(np.int32)

    def keys(self, follower: Rows, followee: Rows) -> Keys:
        return follower.astype(np.int64) * self.users + followee

    def between(self, user: Rows, author: Rows, at: NDArray[np.int64]) -> Floats:
        """The strength of each tie, 0 where there is none yet."""
        key = self.keys(user, author)
        place = np.searchsorted(self.key, key)
        strength = np.append(self.strength, np.float32(0.0))[place]
        return np.where(self.since_of(key) <= at, strength, np.float32(0.0))

    def since_of(self, key: Keys) -> NDArray[np.int64]:
        """When each tie began, or will; NEVER where there is none."""
        place = np.searchsorted(self.key, key)
        known = np.append(self.key, -1)[place] == key
        return np.where(known, np.append(self.since, NEVER)[place], NEVER)

    def unchanged_in(self, later: Ties) -> Ties:
        """Those ties that began in `later` when they were to begin here."""
        same = later.since_of(self.key) == self.since
        return replace(
            self, key=self.key[same], since=self.since[same], strength=self.strength[same]
        )

    def joined_by(self, key: Keys, since: NDArray[np.int64], strength: Floats) -> Ties:
        """These ties and some more; one that was to come later comes now instead."""
        kept = ~np.isin(self.key, key)
        keys = np.concatenate((self.key[kept], key))
        order = np.argsort(keys, kind="stable")
        return replace(
            self,
            key=keys[order],
            since=np.concatenate((self.since[kept], since))[order],
            strength=np.concatenate((self.strength[kept], strength))[order],
        )


def draw_follows(parameters: Parameters, users: Users, rng: np.random.Generator) -> Ties:
    """Rounds of following: as the graph grows, so do the friends of friends."""
    n = len(users)
    degree = rng.lognormal(0.0, DEGREE_SPREAD, n)
    degree *= FOLLOWS_PER_USER / degree.mean()
    degree = np.where(rng.random(n) < LONERS, 0.0, np.minimum(degree, n / 4))
    key: Keys = np.empty(0, np.int64)
    for _ in range(ROUNDS):
        missing = np.maximum(degree - np.bincount(key // n, minlength=n), 0)
        wishes = rng.poisson(missing if _ == ROUNDS - 1 else missing * 0.5)
        follower = np.repeat(np.arange(n, dtype=np.int32), wishes)
        followee = _someone(follower, key, users, rng)
        fresh = follower.astype(np.int64) * n + followee
        key = np.union1d(key, fresh[(followee >= 0) & (followee != follower)])
    follower, followee = (key // n).astype(np.int32), (key % n).astype(np.int32)
    since = np.maximum(users.joined[follower], users.joined[followee])
    left = parameters.until - 1 - since
    wait = np.minimum(rng.exponential(PATIENCE_DAYS * DAY, len(key)), left * rng.random(len(key)))
    strength = tie_strength(key, follower, followee, users, rng)
    return Ties(n, key, since + wait.astype(np.int64), strength)


def tie_strength(
    key: Keys, follower: Rows, followee: Rows, users: Users, rng: np.random.Generator
) -> Floats:
    """Closer when mutual and when the tone is right, and a little by chance."""
    mutual = np.isin(followee.astype(np.int64) * len(users) + follower, key)
    kinship = np.einsum("ij,ij->i", users.ear[follower], users.style[followee])
    kinship /= users.ear.shape[1]
    chance = rng.normal(0.0, 0.12, len(follower))
    return np.clip(0.45 + 0.25 * mutual + 0.15 * kinship + chance, 0.05, 1.0).astype(np.float32)


def follows_table(ties: Ties, users: Users) -> pl.DataFrame:
    """The graph without the closeness."""
    return pl.DataFrame(
        {
            "follower_id": users.user_id[ties.follower],
            "followee_id": users.user_id[ties.followee],
            "created_at": instants(ties.since),
        }
    )


def _someone(follower: Rows, key: Keys, users: Users, rng: np.random.Generator) -> Rows:
    """Whom each follower finds, -1 for nobody; the way is drawn anew for each."""
    n, m = len(users), len(follower)
    famous = _weighted(np.cumsum(users.fame, dtype=np.float64), rng.random(m))
    found = famous if not len(key) else (key % n)[rng.integers(max(len(key), 1), size=m)]
    found = np.where(rng.random(m) < 0.5, famous, found).astype(np.int32)
    way = rng.choice(
        5,
        m,
        p=[
            HOMOPHILY,
            SHARED_TOPIC,
            TRIADIC,
            RECIPROCAL,
            1 - HOMOPHILY - SHARED_TOPIC - TRIADIC - RECIPROCAL,
        ],
    )
    kin = _in_group(users.community[follower], users.community, users.fame, rng)
    topic = _favourite(users.taste, rng)
    keen = _in_group(_favourite(users.taste, rng)[follower], topic, users.fame, rng)
    friends = _neighbour(key, n, _neighbour(key, n, follower, rng), rng)
    back = np.sort((key % n) * n + key // n)
    fans = _neighbour(back, n, follower, rng)
    return np.select(
        [way == 0, way == 1, way == 2, way == 3], [kin, keen, friends, fans], found
    ).astype(np.int32)


def _weighted(reach: NDArray[np.float64], drawn: NDArray[np.float64]) -> Rows:
    place = np.searchsorted(reach, drawn * reach[-1], side="right")
    return np.minimum(place, len(reach) - 1).astype(np.int32)


def _in_group(wanted: Rows, group: Rows, fame: Floats, rng: np.random.Generator) -> Rows:
    """A member of the wanted group, the famous first; -1 where the group is empty."""
    order = np.argsort(group, kind="stable")
    reach = np.concatenate([[0.0], np.cumsum(fame[order], dtype=np.float64)])
    low = reach[np.searchsorted(group[order], wanted, side="left")]
    high = reach[np.searchsorted(group[order], wanted, side="right")]
    place = np.searchsorted(reach, low + rng.random(len(wanted)) * (high - low), side="right") - 1
    return np.where(high > low, order[np.minimum(place, len(order) - 1)], -1).astype(np.int32)


def _favourite(taste: Floats, rng: np.random.Generator) -> Rows:
    """One topic per user, the liked ones more often."""
    return np.argmax(taste * rng.random(taste.shape), axis=1).astype(np.int32)


def _neighbour(key: Keys, n: int, user: Rows, rng: np.random.Generator) -> Rows:
    """Somebody whom each user follows, -1 for nobody."""
    if not len(key):
        return np.full(len(user), -1, np.int32)
    low = np.searchsorted(key, user.astype(np.int64) * n)
    high = np.searchsorted(key, (user.astype(np.int64) + 1) * n)
    place = low + (rng.random(len(user)) * (high - low)).astype(np.int64)
    known = (high > low) & (user >= 0)
    return np.where(known, key[np.minimum(place, len(key) - 1)] % n, -1).astype(np.int32)
