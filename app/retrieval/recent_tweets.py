"""The tweets that are inside the freshness window at a moment or later, kept up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.pipeline.batch import Rows
from app.retrieval.topic_index import TopicIndex, Topics
from ml.arrays import Times
from ml.state.feature_state import FeatureState
from ml.state.structures.growable import grow
from ml.state.tables.audience import PUBLIC

COLUMNS: Final = ("place", "tweet", "author", "created_at", "topic")
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recent:
    """The public tweets that are inside the window at a moment or later, oldest first: the window
    at any of these moments is a part of them."""

    place: Places  # among all tweets by time
    tweet: Rows
    author: Rows
    created_at: Times
    topic: Topics
    by_topic: TopicIndex

    @classmethod
    def of(cls, state: FeatureState, place: Places) -> Self:
        """Those of some places among all tweets by time that are public."""
        tweets, by_time = state.tweets, state.by_time
        place = place[tweets.audience.visibility[by_time[place]] == PUBLIC]
        tweet = by_time[place]
        topic = tweets.tags[tweet, 0].view(np.int32)
        author, created_at = tweets.author[tweet], tweets.created_at[tweet]
        return cls(place, tweet, author, created_at, topic, TopicIndex.of(topic))

    def only(self, row: NDArray[np.intp]) -> Recent:
        """Only these of them."""
        place, tweet, author, created_at, topic = (getattr(self, name)[row] for name in COLUMNS)
        return Recent(place, tweet, author, created_at, topic, TopicIndex.of(topic))


class RecentTweets:
    """The recent tweets at any moment. A new tweet, as long as it is the newest, is put behind
    those that are known: nothing else is looked up again."""

    _place: Places  # of what is known, as all that follows, with room for more
    _tweet: Rows
    _author: Rows
    _created_at: Times
    _topic: Topics

    def __init__(self, state: FeatureState, max_age_hours: float, at_least: int) -> None:
        self._state = state
        self._window = max_age_hours, at_least
        self._known: Recent | None = None
        self._of: tuple[int, ...] = ()  # what they are, but for new tweets
        self._upto = 0  # places of all tweets by time that were looked at

    def __call__(self, moment: int) -> Recent:
        """As of a moment."""
        state = self._state
        of = moment, state.tweets.renumbered, state.rewritten, state.reordered
        if self._known is None or of != self._of:
            self._known, self._of = self.anew(moment), of
            for name in COLUMNS:
                setattr(self, f"_{name}", getattr(self._known, name))
        elif self._upto < len(state.by_time):
            self._known = self._with(Recent.of(state, np.arange(self._upto, len(state.by_time))))
        self._upto = len(state.by_time)
        return self._known

    def anew(self, moment: int) -> Recent:
        """The same, from nothing that is known."""
        unknown, start, _ = self._state.fresh_places(moment, *self._window)
        place = np.concatenate([np.arange(unknown), np.arange(start, len(self._state.by_time))])
        return Recent.of(self._state, place)

    def _with(self, new: Recent) -> Recent:
        """What is known, and new tweets behind it; who holds the former does not see the latter."""
        assert self._known is not None
        start = len(self._known.tweet)
        end = start + len(new.tweet)
        for name in COLUMNS:
            grow(self, f"_{name}", end, 0)
            getattr(self, f"_{name}")[start:end] = getattr(new, name)
        place, tweet, author, created_at, topic = (
            getattr(self, f"_{name}")[:end] for name in COLUMNS
        )
        by_topic = self._known.by_topic.upto(end) or TopicIndex.of(topic)
        return Recent(place, tweet, author, created_at, topic, by_topic)
