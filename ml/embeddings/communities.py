"""Learned communities: what users are known for and interested in (SimClusters; KDD 2020).

A producer is known for one community of the follow graph, KnownFor; a consumer is interested in
the communities of whom they follow and engage with, InterestedIn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.embeddings.tweet_communities import TweetCommunities
from ml.state.feature_state import FeatureState
from ml.state.structures.growable import GrowableColumns
from ml.state.structures.vocabulary import Vocabulary

ACTIVE: Final = 4  # communities that a user is interested in, at most
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Communities:
    """What training leaves: a row per user that it found a community for, sorted by hash of id."""

    count: int  # communities, those with most members first
    half_life_seconds: float  # of an engagement, beside the newest of its tweet
    user: NDArray[np.uint64]  # (users,) hashes of ids
    community: Rows  # (users,) that each is known for, -1 where none
    score: Floats  # (users,) how well known, 0–1: weighted Jaccard of neighbors and members
    pull: Floats  # (users,) score / sqrt(degree): how much following them says of somebody
    interest: Rows  # (users, ACTIVE) communities, -1 where unused
    weight: Floats  # (users, ACTIVE), of length 1

    @classmethod
    def none(cls) -> Self:
        """Nobody is known for anything."""
        nothing = np.empty(0, np.float32)
        return cls(
            0,
            inf,
            np.empty(0, np.uint64),
            np.empty(0, np.int32),
            nothing,
            nothing,
            np.empty((0, ACTIVE), np.int32),
            np.empty((0, ACTIVE), np.float32),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it by name, for a file."""
        return {
            "count": np.array([self.count]),
            "half_life_seconds": np.array([self.half_life_seconds]),
            **{name: getattr(self, name) for name in ("user", *MemberTable.FILL)},
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `arrays` made.

        Raises:
            KeyError: one of them is missing.
        """
        columns = {name: arrays[name] for name in ("user", *MemberTable.FILL)}
        return cls(int(arrays["count"][0]), float(arrays["half_life_seconds"][0]), **columns)


@dataclass(eq=False)
class MemberTable(GrowableColumns):
    """The same by the rows of a state; users whom training did not meet have no community."""

    FILL: ClassVar[Mapping[str, float]] = {
        "community": -1,
        "score": 0,
        "pull": 0,
        "interest": -1,
        "weight": 0,
    }

    learned: Communities
    community: Rows = field(default_factory=lambda: np.empty(0, np.int32))
    score: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    pull: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    interest: Rows = field(default_factory=lambda: np.empty((0, ACTIVE), np.int32))
    weight: Floats = field(default_factory=lambda: np.empty((0, ACTIVE), np.float32))
    of_tweets: TweetCommunities = field(default_factory=TweetCommunities)

    @classmethod
    def nobody(cls) -> MemberTable:
        """Of a bundle without learned communities."""
        return cls(Communities.none())

    def extend(self, ids: Vocabulary) -> None:
        """Look up the users that are new."""
        new = np.arange(len(self.community), len(ids), dtype=np.int32)
        self.lengthen(len(ids))
        if not len(self.learned.user) or not len(new):
            return
        hashes = ids.hashes(new)
        place = np.searchsorted(self.learned.user, hashes)
        place = np.minimum(place, len(self.learned.user) - 1)
        met = self.learned.user[place] == hashes
        for name in self.FILL:
            getattr(self, name)[new[met]] = getattr(self.learned, name)[place[met]]


CommunityArrays = tuple[  # as kernels take them
    int,  # communities
    float,  # half-life of an engagement in seconds
    Rows,  # community of each user
    Floats,  # score
    Floats,  # pull
    Rows,  # interests
    Floats,  # their weights
    NDArray[np.int64],  # where the engagements with each tweet begin
    NDArray[np.int64],  # how many there are
    Rows,  # rows of the register of engagements
    Rows,  # the user of each row of the register
    NDArray[np.bool_],  # what of it is on
    Rows,  # what it weighs
    NDArray[np.int64],  # when it was done
    NDArray[np.int64],  # the latest change of the engagements with each tweet
    NDArray[np.int64],  # the change as of which its communities are remembered
    NDArray[np.int16],  # these
    Floats,  # their weights
    Floats,  # how sure they are
]


def arrays_of(state: FeatureState, members: MemberTable) -> CommunityArrays:
    """The arrays as they are now; another event may replace them."""
    register, lists, tweets = state.engaged, state.engagers.lists, members.of_tweets
    if len(tweets.as_of) < len(lists.start):
        tweets.lengthen(len(lists.start))
    return (
        members.learned.count,
        members.learned.half_life_seconds,
        members.community,
        members.score,
        members.pull,
        members.interest,
        members.weight,
        lists.start,
        lists.length,
        lists.data,
        register.index.left,
        register.is_on,
        register.weight,
        register.at,
        state.engagers.changed,
        tweets.as_of,
        tweets.community,
        tweets.weight,
        tweets.sure,
    )
