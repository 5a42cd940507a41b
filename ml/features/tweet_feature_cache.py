"""Features of tweets, remembered across viewers until time passes or the state changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.features.tweet_view import TweetMoments, TweetView, Values
from ml.state.structures.growable import with_room

NO_MOMENT: Final = (0, -1)
Feature = Callable[[TweetView], Values]


class TweetFeatureCache:
    """The features of tweets at one moment of one state, each computed when first asked for.

    They are computed from a view without a viewer, so no answer can hold what belongs to one.
    """

    def __init__(self) -> None:
        self._moment = NO_MOMENT
        self._features: tuple[Feature, ...] = ()
        self._generation = 0
        self._computed = np.zeros(0, np.int64)  # the generation in which each tweet was
        self._values = np.empty((0, 0), np.float32)  # (tweets, features)

    def of(self, x: TweetView, features: tuple[Feature, ...]) -> NDArray[np.float32]:
        """(rows, features), of rows that share one moment."""
        if not len(x):
            return np.empty((0, len(features)), np.float32)
        now = int(x.now[0])
        self._turn_to((now, x.state.version), len(x.state.tweets), features)
        new = x.tweet[self._computed[x.tweet] != self._generation]
        if len(new):
            view = TweetMoments.at(x.state, x.encoder, new, now)
            for column, feature in enumerate(features):
                self._values[new, column] = feature(view)
            self._computed[new] = self._generation
        return self._values[x.tweet]

    def _turn_to(self, moment: tuple[int, int], tweets: int, features: tuple[Feature, ...]) -> None:
        """Forget what is of another moment, another state or other features."""
        if moment != self._moment:
            self._moment = moment
            self._generation += 1
        if tweets > len(self._computed) or features != self._features:
            self._features = features
            self._computed = with_room(self._computed, tweets, 0)
            self._values = np.zeros((len(self._computed), len(features)), np.float32)
            self._generation += 1
