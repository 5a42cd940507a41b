"""Decayed counts of engagement: of tweets, authors, viewers, ties and topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.actions import ONCE_PER_TWEET, Action
from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.changes import Changes
from ml.state.structures.counters import Counts, DecayedCounts, PairCounts
from ml.state.structures.growable import is_worth_a_copy
from ml.state.structures.lww_register import LwwRegister
from ml.state.tables.complaints import DAY_SECONDS, Complaints
from ml.state.tables.counts import COMPLAINTS, COUNT_OF, Count
from ml.state.tables.expected import expected
from ml.state.tables.graph import RELATIONS
from ml.state.tables.tweets import Tweets
from ml.state.tables.views import Views
from ml.state.tables.weights import of_millionths

TWEET_HALF_LIFE_HOURS: Final = 72.0
PERSON_HALF_LIFE_HOURS: Final = 15 * 24.0
TIE_HALF_LIFE_HOURS: Final = 30 * 24.0
LATELY_HALF_LIFE_HOURS: Final = 3 * 24.0
IS_AWAY: Final = np.array([action in (Action.MUTE, Action.BLOCK) for action in RELATIONS])
COUNT_ON_PAIR: Final = np.array([COUNT_OF[action] for action in ONCE_PER_TWEET])
IS_COMPLAINT: Final = np.array([count in COMPLAINTS for count in Count])
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

    @classmethod
    def of(
        cls,
        tweets: Tweets,
        user: Rows,
        tweet: Rows,
        kind: NDArray[np.integer],
        at: Times,
        weight: Counts | None = None,
        author: Rows | None = None,
    ) -> Acts:
        """Acts with the topics and, unless given, the authors of their tweets."""
        theirs, topic = np.empty((2, len(tweet)), np.int32)
        _look_up(tweets.author, tweets.tags.view(np.int32), tweet, theirs, topic)
        author = theirs if author is None else author
        weight = np.ones(len(tweet)) if weight is None else weight
        return cls(user, tweet, author, topic, kind, at, weight)

    def __len__(self) -> int:
        return len(self.at)

    def where(self, holds: NDArray[np.bool_]) -> Acts:
        """The acts for which this holds."""
        if holds.all():
            return self
        return Acts(*(getattr(self, name)[holds] for name in self.__match_args__))

    def with_expected(
        self, position: NDArray[np.float32], tweets: Tweets
    ) -> tuple[Acts, NDArray[np.intp]]:
        """These acts, then for each impression what was to be expected of it; and the act that
        each is of."""
        shown = np.flatnonzero(self.kind == Count.IMPRESSION)
        which = np.concatenate([np.arange(len(self)), shown])
        columns = {name: getattr(self, name)[which] for name in self.__match_args__}
        created_at = tweets.created_at[self.tweet[shown]]
        columns["kind"][len(self) :] = Count.EXPECTED
        columns["weight"][len(self) :] = expected(position[shown], self.at[shown], created_at)
        return Acts(**columns), which


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
        self.views = Views()

    def grow(self, users: int, tweets: int) -> None:
        self.tweet.grow(tweets)
        self.author.grow(users)
        self.viewer.grow(users)

    def within_cap(self, acts: Acts, weight: Counts | None) -> Counts:
        """(acts,) how much impressions, clicks and posts count for their tweets and authors: by
        the weight of who acts, and impressions beyond the cap not at all."""
        counted = np.ones(len(acts)) if weight is None else weight.copy()
        seen = (acts.kind == Count.IMPRESSION) & (acts.author >= 0)
        shown = acts.where(seen)
        counted[seen] *= self.views.count_within_cap(shown.user, shown.author, shown.at)
        return counted

    def add_for_subject(self, acts: Acts, weight: Counts | None = None) -> None:
        """Count acts for their tweets and the authors of these, by the weight of who acts."""
        counted = acts.weight if weight is None else acts.weight * weight
        self.tweet.add(acts.tweet, acts.kind, acts.at, counted)
        self.author.add(acts.author, acts.kind, acts.at, counted)

    def add_for_actor(self, acts: Acts) -> None:
        """Count acts for the users who act, for their ties and for their topics; nobody has a tie
        to themselves by posting."""
        self.viewer.add(acts.user, acts.kind, acts.at, acts.weight)
        met = acts.where((acts.author >= 0) & (acts.kind != Count.POST))
        self.tie.add(met.user, met.author, met.kind, met.at, met.weight)
        met = acts.where(acts.topic != 0)
        for tastes in (self.topic, self.topic_lately):
            tastes.add(met.user, met.topic, met.kind, met.at, met.weight)

    def add_engagements(self, register: LwwRegister, changes: Changes, tweets: Tweets) -> None:
        """Add and take back engagements with tweets and complaints about them."""
        index, kind = register.index, COUNT_ON_PAIR[changes.kind]
        user, tweet = index.left[changes.row], index.right[changes.row]
        acts = Acts.of(tweets, user, tweet, kind, changes.at, changes.sign)
        self.add_for_actor(acts)
        complains = IS_COMPLAINT[kind]
        self.add_for_subject(acts.where(~complains), of_millionths(changes.weight[~complains]))
        self.complain(acts.where(complains), changes.weight[complains])

    def add_relations(self, register: LwwRegister, changes: Changes, tweets: Tweets) -> None:
        """Add and take back mutes and blocks."""
        away = IS_AWAY[changes.kind]
        if not away.any():
            return
        changes = changes[away]
        kind = np.full(len(changes.row), int(Count.NEGATIVE))
        user, author = register.index.left[changes.row], register.index.right[changes.row]
        acts = Acts.of(tweets, user, changes.note, kind, changes.at, changes.sign, author)
        self.add_for_actor(acts)
        self.complain(acts, changes.weight)

    def complain(self, acts: Acts, weight: Rows) -> None:
        """Count complaints for their tweets and authors: by the weight of who complains, in
        millionths, and capped per actor and day."""
        if not len(acts):
            return
        for complaints, subject, counts in (
            (self.tweet_complaints, acts.tweet, self.tweet),
            (self.author_complaints, acts.author, self.author),
        ):
            known = acts.where(subject >= 0)
            charge = complaints.change(
                known.user,
                subject[subject >= 0],
                np.searchsorted(COMPLAINTS, known.kind),
                known.at,
                known.weight,
                weight[subject >= 0],
            )
            kind = np.asarray(COMPLAINTS)[charge.kind]
            counts.add(charge.subject, kind, charge.at, charge.weight)

    def forget_actor(self, user: int) -> None:
        """Reset the counts of a user's own acts."""
        self.viewer.clear(np.array([user], np.int32))
        for pairs in (self.tie, self.topic, self.topic_lately):
            pairs.counts.clear(np.flatnonzero(pairs.index.left == user).astype(np.int32))

    def drop_faded(self, now: int, horizon: int) -> None:
        """Drop pairs that have faded or are old, and complaints of days before `horizon`."""
        for pairs in (self.tie, self.topic, self.topic_lately):
            _drop_faded(pairs, now, horizon)
        for complaints in (self.tweet_complaints, self.author_complaints):
            complaints.keep_from(horizon // DAY_SECONDS)
        self.views.keep_from(horizon // DAY_SECONDS)

    def renumber_tweets(self, tweet: Rows, new: Rows) -> None:
        """Keep these tweets, in rows of their own; `new` is the row of each after that."""
        self.tweet.keep(tweet)
        self.tweet_complaints.renumber(new)


@kernel
def _look_up(
    authors: Rows, tags: NDArray[np.int32], tweet: Rows, author: Rows, topic: Rows
) -> None:
    """Write the author and the topic of each tweet; -1 and 0 where there is no tweet."""
    for i in range(len(tweet)):
        there = tweet[i] >= 0
        author[i] = authors[tweet[i]] if there else -1
        topic[i] = tags[tweet[i], 0] if there else 0


def _drop_faded(pairs: PairCounts, now: int, horizon: int) -> None:
    """A mute or a block of any age may be taken back, and what it counted with it, so that stays
    until it has faded."""
    rows = np.arange(len(pairs.index), dtype=np.int32)
    counts = np.abs(pairs.counts.read(rows, now)) >= FADED
    is_recent = pairs.counts.newest[: len(rows)] >= horizon
    lives = counts.any(axis=1) & is_recent | counts[:, Count.NEGATIVE]
    if is_worth_a_copy(~lives):
        pairs.keep(rows[lives])
