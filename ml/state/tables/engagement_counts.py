"""How often did what happen? The counts of tweets, of people, of ties and of tastes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.state.structures.counters import Counts, DecayedCounts, PairCounts
from ml.state.tables.complaints import DAY_SECONDS, Complaints
from ml.state.tables.counts import COMPLAINTS, Count

TWEET_HALF_LIFE_HOURS: Final = 72.0
PERSON_HALF_LIFE_HOURS: Final = 15 * 24.0
TIE_HALF_LIFE_HOURS: Final = 30 * 24.0
LATELY_HALF_LIFE_HOURS: Final = 3 * 24.0
FADED: Final = 1e-4  # a count below that changes no feature by more


@dataclass(frozen=True, slots=True)
class Acts:
    """What is to be counted: somebody did something to a tweet of somebody. -1 where there is no
    tweet or no author, 0 where there is no topic."""

    user: Rows
    tweet: Rows
    author: Rows
    topic: Rows
    kind: NDArray[np.integer]  # of Count
    at: Times
    weight: Counts  # -1 takes back

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, some: NDArray[np.bool_]) -> Acts:
        return Acts(
            self.user[some],
            self.tweet[some],
            self.author[some],
            self.topic[some],
            self.kind[some],
            self.at[some],
            self.weight[some],
        )


class EngagementCounts:
    """All tables of counters."""

    def __init__(self, users: int, tweets: int) -> None:
        width = len(Count)
        self.tweet = DecayedCounts(width, TWEET_HALF_LIFE_HOURS, tweets)
        self.author = DecayedCounts(width, PERSON_HALF_LIFE_HOURS, users)
        self.viewer = DecayedCounts(width, PERSON_HALF_LIFE_HOURS, users)
        self.tie = PairCounts(width, TIE_HALF_LIFE_HOURS)  # (viewer, author)
        self.topic = PairCounts(width, PERSON_HALF_LIFE_HOURS)  # (viewer, topic)
        self.topic_lately = PairCounts(width, LATELY_HALF_LIFE_HOURS)  # the same, of the last days
        self.tweet_complaints = Complaints(len(COMPLAINTS))
        self.author_complaints = Complaints(len(COMPLAINTS))

    def grow(self, users: int, tweets: int) -> None:
        self.tweet.grow(tweets)
        self.author.grow(users)
        self.viewer.grow(users)

    def add_for_subject(self, acts: Acts) -> None:
        """What everybody's acts say of a tweet and its author."""
        self.tweet.add(acts.tweet, acts.kind, acts.at, acts.weight)
        known = acts[acts.author >= 0]
        self.author.add(known.author, known.kind, known.at, known.weight)

    def add_for_actor(self, acts: Acts) -> None:
        """What somebody's acts say of themselves, of their ties and of their taste."""
        self.viewer.add(acts.user, acts.kind, acts.at, acts.weight)
        met = acts[acts.author >= 0]
        self.tie.add(met.user, met.author, met.kind, met.at, met.weight)
        met = acts[acts.topic != 0]
        for tastes in (self.topic, self.topic_lately):
            tastes.add(met.user, met.topic, met.kind, met.at, met.weight)

    def complain(self, acts: Acts) -> None:
        """What complaints say of a tweet and its author: no more than a crowd may."""
        if not len(acts):
            return
        for complaints, subject, counts in (
            (self.tweet_complaints, acts.tweet, self.tweet),
            (self.author_complaints, acts.author, self.author),
        ):
            known = acts[subject >= 0]
            charge = complaints.change(
                known.user,
                subject[subject >= 0],
                np.searchsorted(COMPLAINTS, known.kind),
                known.at,
                known.weight,
            )
            kind = np.asarray(COMPLAINTS)[charge.kind]
            counts.add(charge.subject, kind, charge.at, charge.weight)

    def forget_actor(self, user: int) -> None:
        """Count somebody's acts from nothing."""
        self.viewer.clear(np.array([user], np.int32))
        for pairs in (self.tie, self.topic, self.topic_lately):
            pairs.counts.clear(np.flatnonzero(pairs.index.left == user).astype(np.int32))

    def drop_faded(self, now: int, horizon: int) -> None:
        """Drop pairs that have faded or are old, and complaints of days before `horizon`."""
        for pairs in (self.tie, self.topic, self.topic_lately):
            _drop_faded(pairs, now, horizon)
        for complaints in (self.tweet_complaints, self.author_complaints):
            complaints.keep_from(horizon // DAY_SECONDS)

    def renumber_tweets(self, tweet: Rows, new: Rows) -> None:
        """Keep these tweets, in rows of their own; `new` is the row of each after that."""
        self.tweet.keep(tweet)
        self.tweet_complaints.renumber(new)


def _drop_faded(pairs: PairCounts, now: int, horizon: int) -> None:
    """A mute or a block of any age may be taken back, and what it counted with it, so that stays
    until it has faded."""
    rows = np.arange(len(pairs.index), dtype=np.int32)
    counts = np.abs(pairs.counts.read(rows, now)) >= FADED
    is_recent = pairs.counts.newest[: len(rows)] >= horizon
    lives = counts.any(axis=1) & is_recent | counts[:, Count.NEGATIVE]
    if not lives.all():
        pairs.keep(rows[lives])
