"""What is true of a tweet whoever asks: remembered until time passes or something happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ml.features.pairs import Pairs
from ml.state.structures.growable import with_room


class TweetFeatureCache:
    """The features of tweets at one moment of one state, each worked out when first asked for."""

    def __init__(self) -> None:
        self._moment = (0, -1)
        self._turn = 0
        self._worked_out = np.zeros(0, np.int64)  # the turn in which each tweet was
        self._values = np.empty((0, 0), np.float32)  # (tweets, features)

    def of(
        self, x: Pairs, features: Sequence[Callable[[Pairs], NDArray[np.floating]]]
    ) -> NDArray[np.float32]:
        """(pairs, features), of pairs that share one viewer and one moment."""
        if not len(x):
            return np.empty((0, len(features)), np.float32)
        self._turn_to((int(x.now_or_one[0]), x.state.version), len(x.state.tweets), len(features))
        new = x.tweet[self._worked_out[x.tweet] != self._turn]
        if len(new):
            some = Pairs.of_one(x.state, x.encoder, int(x.viewer[0]), new, int(x.now_or_one[0]))
            for column, feature in enumerate(features):
                self._values[new, column] = feature(some)
            self._worked_out[new] = self._turn
        return self._values[x.tweet]

    def _turn_to(self, moment: tuple[int, int], tweets: int, features: int) -> None:
        if moment != self._moment:
            self._moment = moment
            self._turn += 1
        if tweets > len(self._worked_out):
            self._worked_out = with_room(self._worked_out, tweets, 0)
            self._values = np.zeros((len(self._worked_out), features), np.float32)
            self._turn += 1
