"""Which fresh tweets may be near a taste? An inverted file over the window, where it is large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Column, Rows
from app.retrieval.fresh_tweets import KEPT_SECONDS, FreshTweets
from app.retrieval.memo import Memo
from app.retrieval.sketch import Sketch, sketch_of, worth_by_sketch
from app.retrieval.sort_keys import Keys
from app.retrieval.top_k import best_rows
from ml.arrays import Times
from ml.embeddings.cells import WORTHWHILE
from ml.embeddings.encoder import Encoder, Vectors
from ml.kernels import inline_kernel, kernel

SLOTS: Final = 256  # of age, in which the tweets of a cell are sorted
REACH: Final = 6_000  # tweets whose sketches are looked at, for each taste
FEWEST: Final = 400  # of these, whose vectors are looked at
HALVINGS: Final = 14  # of the bounds of the least worth, to a hundredth of a half-life or less
KEPT_TWEETS: Final = 1_000  # an inverted file is of a multiple of these; newer ones are all read

Numbers = NDArray[np.int64]


class Window(NamedTuple):
    """Tweets of the window, in some order."""

    tweet: Rows
    author: Rows
    created_at: Times


class InvertedFile(NamedTuple):
    """The tweets of the window by cell, the newest of each first."""

    window: Window
    sketch: Sketch  # of their vectors
    start: Numbers  # (cells,) where each begins
    upto: Numbers  # (cells, SLOTS + 1) how many tweets of each are in the first so many slots
    hours: float  # per slot
    until: int  # the moment that it is of
    rows: int  # of tweets that there were


class WithinReach(NamedTuple):
    """What may be near some tastes."""

    window: Window
    keys: Sequence[Keys]  # of its places, by what each may be worth to each taste; none without
    newer: Window  # tweets of which nothing else is known

    def best(self, count: int) -> Window:
        """The so many that may be worth most by each taste, and all that are newer."""
        if not self.keys:
            return self.newer
        place = np.concatenate([best_rows(keys, count) for keys in self.keys])
        if len(self.keys) > 1:
            place = np.unique(place)
        old, new = self.window, self.newer
        return Window(
            np.concatenate([old.tweet.take(place), new.tweet]),
            np.concatenate([old.author.take(place), new.author]),
            np.concatenate([old.created_at.take(place), new.created_at]),
        )


@dataclass(frozen=True)
class NearTweets:
    """The fresh tweets, and those of them that are worth most by nearness and by recency.

    The worth of a tweet is estimated by the centroid of its cell in place of its own vector. All
    cells are read down to the same least worth, which is that of the `REACH` best tweets; of these,
    it is estimated once more by their sketches.
    """

    fresh_tweets: FreshTweets
    encoder: Encoder
    temperature: float
    half_life_hours: float

    @cached_property
    def file(self) -> Memo[InvertedFile]:
        """The inverted file as of a moment. It depends on the state and the moment alone, but for
        tweets that are edited, become public or are deleted while it is kept: the first two are
        found a little later, and the last take places until then."""
        state = self.fresh_tweets.state
        return Memo(self._file, lambda: (state.tweets.renumbered, len(state.tweets) // KEPT_TWEETS))

    @cached_property
    def newer(self) -> Memo[Window]:
        """The fresh tweets at a moment that its inverted file does not have yet."""
        return Memo(self._newer, partial(attrgetter("tweets.version"), self.fresh_tweets.state))

    def of(self, tastes: Sequence[Column], now: int) -> WithinReach:
        """All of the window where it is small; otherwise what may be worth most by any taste, and
        all that came since the file was made.

        Args:
            tastes: one or two vectors of length 1.
        """
        fresh = self.fresh_tweets.fresh(now)
        if len(fresh.tweet) <= WORTHWHILE or not len(self.encoder.tweets.centroids):
            everything = Window(fresh.tweet, fresh.author, fresh.created_at)
            return WithinReach(_NOTHING, (), everything)
        return self.within_reach(np.stack(tastes), now)

    def within_reach(self, tastes: Vectors, now: int, reach: int = REACH) -> WithinReach:
        """About the `reach` tweets that are worth most by each taste, cell by cell, and all that
        came since the file was made."""
        file, centroids = self.file(now - now % KEPT_SECONDS), self.encoder.tweets.centroids
        near = (tastes @ centroids.T) / np.float32(self.temperature)  # (tastes, cells)
        per_hour = float(np.log(2) / self.half_life_hours)
        place = _within_reach(near, per_hour * file.hours, file.start, file.upto, reach)
        scaled = tastes / np.float32(self.temperature)
        keys = worth_by_sketch(
            file.sketch, place, file.window.created_at, scaled[0], scaled[-1], per_hour, now
        )
        return WithinReach(file.window, keys[: len(tastes)], self.newer(now))

    def _file(self, moment: int) -> InvertedFile:
        """The tweets that are fresh at a moment, but for the last to be known."""
        rows = len(self.fresh_tweets.state.tweets) // KEPT_TWEETS * KEPT_TWEETS
        fresh = self.fresh_tweets.window(moment)
        old = fresh.tweet < rows
        tweet, author, created_at = fresh.tweet[old], fresh.author[old], fresh.created_at[old]
        cells = len(self.encoder.tweets.centroids)
        hours = max((moment - fresh.oldest) / 3600 / SLOTS, 1e-3)  # of a slot
        age_hours = self.fresh_tweets.age_hours(tweet, moment)
        slot = np.minimum((age_hours / hours).astype(np.int64), SLOTS - 1)
        place = self.encoder.tweets.cell[tweet].astype(np.int64) * SLOTS + slot
        order = np.argsort(place.astype(np.int32), kind="stable")
        count = np.bincount(place, minlength=cells * SLOTS).reshape(cells, SLOTS)
        upto = np.zeros((cells, SLOTS + 1), np.int64)
        upto[:, 1:] = np.cumsum(count, axis=1)
        start = np.cumsum(upto[:, -1]) - upto[:, -1]
        window = Window(tweet[order], author[order], created_at[order])
        place_of = np.empty(len(order), np.int32)
        place_of[order] = np.arange(len(order), dtype=np.int32)
        sketch = sketch_of(self.encoder.tweets.vector, tweet, place_of)
        return InvertedFile(window, sketch, start, upto, hours, moment, rows)

    def _newer(self, now: int) -> Window:
        file, fresh = self.file(now - now % KEPT_SECONDS), self.fresh_tweets.fresh(now)
        new = (fresh.tweet >= file.rows) | (fresh.created_at > file.until)
        return Window(fresh.tweet[new], fresh.author[new], fresh.created_at[new])


_NOTHING: Final = Window(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))


@kernel
def _within_reach(near: Vectors, fading: float, start: Numbers, upto: Numbers, reach: int) -> Rows:
    """The places of the tweets of all cells that are worth most, about `reach` by each taste."""
    slots = np.empty(near.shape[1], np.int64)  # to read of each cell
    slots[:] = 0
    for taste in range(len(near)):
        low, high = np.inf, -np.inf
        for cell in range(len(slots)):
            worth = np.float64(near[taste, cell])
            low, high = min(low, worth), max(high, worth)
        low -= fading * SLOTS
        for _ in range(HALVINGS):
            least, found = (low + high) / 2, 0
            for cell in range(len(slots)):
                found += upto[cell, _slots_within(near[taste, cell], least, fading)]
            if found > reach:
                low = least
            else:
                high = least
        for cell in range(len(slots)):
            slots[cell] = max(slots[cell], _slots_within(near[taste, cell], high, fading))
    total = 0
    for cell in range(len(slots)):
        total += upto[cell, slots[cell]]
    places, found = np.empty(total, np.int32), 0
    for cell in range(len(slots)):
        for place in range(start[cell], start[cell] + upto[cell, slots[cell]]):
            places[found] = place
            found += 1
    return places


@inline_kernel
def _slots_within(near: float, least: float, fading: float) -> int:
    """How many slots of a cell are worth the least or more, at their newest."""
    return min(max(int((near - least) / fading) + 1, 0), SLOTS) if near >= least else 0
