"""Rows of (viewer, tweet, author, now): all that a feature of a pair may read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.embeddings import graph_feature_service
from ml.embeddings.encoder import Encoder, Vectors
from ml.features.tweet_view import TweetView
from ml.features.tweet_view import Values as Values
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import Counts
from ml.state.tables.neighborhood import Neighborhood, among, times_among


class KnownNeighborhood(Protocol):
    """What features read of the users around a viewer; rows of users, all but one sorted."""

    @property
    def following(self) -> Rows: ...

    @property
    def sampled_followees(self) -> Rows: ...

    @property
    def followers(self) -> Rows: ...

    @property
    def second_degree(self) -> Rows: ...


@dataclass(frozen=True)
class Pairs(TweetView):
    """What several features read is looked up once, on first use.

    Where all pairs share one viewer, what is known of the viewer has one row, which numpy
    stretches over the others.
    """

    state: FeatureState
    encoder: Encoder
    viewer: Rows
    tweet: Rows
    now: Times
    known: KnownNeighborhood | None = None  # of the only viewer, where it was looked up before

    @classmethod
    def of_one(
        cls,
        state: FeatureState,
        encoder: Encoder,
        viewer: int,
        tweet: Rows,
        now: int,
        known: KnownNeighborhood | None = None,
    ) -> Pairs:
        """One viewer, many tweets, one moment."""
        return cls(
            state,
            encoder,
            np.full(len(tweet), viewer, np.int32),
            tweet,
            np.full(len(tweet), now, np.int64),
            known,
        )

    @cached_property
    def one_viewer(self) -> bool:
        """Whether all pairs share viewer and moment."""
        viewer, now = self.viewer, self.now
        return bool(len(viewer)) and bool((viewer == viewer[0]).all() and (now == now[0]).all())

    @cached_property
    def viewer_or_one(self) -> Rows:
        """The viewer of each pair, or the only one."""
        return self.viewer[:1] if self.one_viewer else self.viewer

    @cached_property
    def now_or_one(self) -> Times:
        """The moment of each pair, or the only one."""
        return self.now[:1] if self.one_viewer else self.now

    @cached_property
    def viewer_counts(self) -> Counts:
        """(pairs or 1, counts)"""
        return self.state.viewer_counts.read(self.viewer_or_one, self.now_or_one)

    @cached_property
    def tie_counts(self) -> Counts:
        return self.state.tie_counts.read(self.viewer, self.author, self.now)

    @cached_property
    def topic_counts(self) -> Counts:
        topic = self.state.tweets.tags[self.tweet, 0].view(np.int32)
        return self.state.topic_counts.read(self.viewer, topic, self.now)

    @cached_property
    def neighborhood(self) -> KnownNeighborhood:
        """The neighborhood of the only viewer."""
        return self.known or Neighborhood.of(self.state.graph, int(self.viewer[0]))

    @cached_property
    def follows(self) -> NDArray[np.bool_]:
        if self.one_viewer:
            return among(self.author, self.neighborhood.following)
        return self.state.graph.follows(self.viewer, self.author)

    @cached_property
    def followed_back(self) -> NDArray[np.bool_]:
        if self.one_viewer:
            return among(self.author, self.neighborhood.followers)
        return self.state.graph.follows(self.author, self.viewer)

    @cached_property
    def followees_following(self) -> Counts:
        if self.one_viewer:
            return times_among(self.author, self.neighborhood.second_degree).astype(np.float64)
        return graph_feature_service.followees_following(self.state, self.viewer, self.author)

    @cached_property
    def followees_engaged(self) -> Counts:
        if self.one_viewer:
            return graph_feature_service.engaged_by(
                self.state, self.neighborhood.sampled_followees, self.tweet, int(self.now[0])
            )
        return graph_feature_service.followees_engaged(
            self.state, self.viewer, self.tweet, self.now
        )

    @cached_property
    def viewer_vector(self) -> Vectors:
        """(pairs or 1, dim)"""
        if self.one_viewer:
            return self.encoder.viewers(self.state, self.viewer[:1], self.now[:1])
        viewers, position = np.unique(self.viewer, return_inverse=True)
        moment = np.zeros(len(viewers), np.int64)
        np.maximum.at(moment, position, self.now)
        return self.encoder.viewers(self.state, viewers, moment)[position]
