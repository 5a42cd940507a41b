"""Everything that features read: one writer, whose verbs are here, and any number of readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.actions import Action
from ml.arrays import Rows, Tiebreaks, Times
from ml.state.events import PART, Events
from ml.state.structures.bloom import FALSE_POSITIVES, Bloom
from ml.state.structures.changes import Changes
from ml.state.structures.growable import grow, is_worth_a_copy
from ml.state.structures.pair_index import PairIndex
from ml.state.structures.time_index import TimeIndex
from ml.state.tables.counts import COUNT_OF
from ml.state.tables.counts import ENGAGED as ENGAGED
from ml.state.tables.counts import Count as Count
from ml.state.tables.engagement_counts import Acts
from ml.state.tables.pending_events import Waiting
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.tables.wishes import Wishes

_COUNT: Final = np.array([COUNT_OF.get(action, -1) for action in Action])


class FeatureState(Wishes):
    """The catalog, and what events made of it so far; changed by these verbs only.

    The same events give the same state, whatever the order and the batches they come in.
    """

    def __init__(
        self, users: Users, tweets: Tweets, false_positives: float = FALSE_POSITIVES
    ) -> None:
        super().__init__(users, tweets, false_positives)
        self._show_all()

    def apply(self, events: Events) -> None:
        """Apply events, in any order; all tweets must be known."""
        if len(events) > PART:
            self.expect(events)
        for part in events.parts():
            self._apply(part)

    def expect(self, events: Events) -> None:
        """Make room for what these will say was shown, each tweet to a viewer once."""
        self._seen.expect(events.user[events.action == Action.IMPRESSION])

    def _apply(self, events: Events) -> None:
        if not len(events):
            return
        events = self.weighed(events)
        self._newest = max(self._newest, int(events.at.max()))
        about_pair = self.engaged.covers(events.action)
        about_user = self._graph.relations.covers(events.action) & ~about_pair
        once = ~(about_pair | about_user)
        self.touch(events.user[~once])  # looking on changes nobody's taste
        if once.any():
            self._count_once(events.where(once))
        if about_pair.any():
            self._engage(events.where(about_pair))
        if about_user.any():
            self._relate(events.where(about_user))

    def touch(self, user: Rows) -> None:
        """Something is about to change, for these users in particular."""
        self._version += 1
        self._acted[user] = self._version

    def advance(self, offset: int, shift: int) -> None:
        """The log was applied up to this offset; later times are moved by so many seconds."""
        self._offset, self._shift = max(self._offset, offset), shift

    def set_false_positives(self, rate: float) -> None:
        """Choose the error rate of `seen_long_ago`; nothing changes where it holds pairs."""
        if not self._seen_long_ago.count:
            self._seen_long_ago = Bloom(rate)

    def admit_users(self, ids: Iterable[str]) -> Rows:
        """The row of each id; a new user gets a row of which nothing is known."""
        before, row = len(self._users), self._users.admit(ids)
        if len(self._users) > before:
            self._grow()
        return row

    def put_users(self, frame: pl.DataFrame, at: Times, tiebreak: Tiebreaks) -> Rows:
        """Write whole profiles, each unless a later one is there; the rows that changed."""
        known, row = len(self._users), self._users.put(frame, at, tiebreak)
        self._rewritten += bool((row < known).any())
        self._seniority.join(self._users.created_at[row])
        self._grow()
        return row

    def put_tweets(self, frame: pl.DataFrame, at: Times, tiebreak: Tiebreaks) -> tuple[Rows, Rows]:
        """Write tweets, each text unless a later one is there; the new rows, and the changed."""
        self._users.admit(frame["author_id"].drop_nulls())
        new, changed = self._tweets.put(frame, at, tiebreak, self._users)
        self._rewritten += len(frame) > len(new)  # also where nothing but its audience changes
        self._grow()
        shown = new[~self._tweets.deleted[new]]
        self._calendar.add(shown, self._tweets.created_at[shown])
        signed = shown[self._tweets.author[shown] >= 0]
        self._posts.append(self._tweets.author[signed], signed)
        return new, changed

    def delete_tweets(self, row: Rows) -> None:
        """Delete tweets, and take them out of lists and histories."""
        tweets = self._tweets
        row = row[~tweets.deleted[row]]
        if not len(row):
            return
        tweets.bury(row)
        self._calendar.remove(row, tweets.created_at[row])
        author = tweets.author[row]
        self._posts.keep(author[author >= 0], lambda tweet: ~tweets.deleted[tweet])
        about = self._engagements.about(row)
        self._engagements.refresh(about, tweets)
        self.touch(self.engaged.index.left[about])

    def delete_on_arrival(self, ids: Iterable[str]) -> None:
        """Tweets that are not here yet will be deleted when they come."""
        self._tweets.delete_on_arrival(ids)

    def wait_for(self, waiting: Iterable[tuple[str, Waiting]]) -> None:
        """Keep events until their tweets come."""
        self._pending.add(waiting)

    def release(self, ids: Sequence[str]) -> list[tuple[str, Waiting]]:
        """The events that waited for these tweets; they wait no longer."""
        return self._pending.take(ids)

    def erase_profile(self, user: int, at: int, tiebreak: int) -> None:
        """Forget a profile until then; what the user did earlier is not applied any more."""
        self._users.erase(user, at, tiebreak)

    def erase_actions(self, user: int, at: int, tiebreak: int) -> None:
        """Forget what a user did until then; their own counts begin from nothing."""
        self._follow_up(self._engagements.forget(user, at, tiebreak))
        relations = self._graph.forget(user, at, tiebreak)
        self._counts.add_relations(self._graph.relations, relations, self._tweets)
        self._counts.forget_actor(user)
        self._seniority.forget(user)
        self._seen.forget(user, at)
        self._served.forget(user, at)
        self._pending.forget(user, (at, tiebreak))
        self.forget_wishes(user, at, tiebreak)
        self._tweets.audience.forget(user, at, tiebreak)
        followers = self._graph.relations.index.left[relations.touched]
        self.touch(np.append(followers, np.int32(user)))

    def drop_pairs(self, horizon: int, new: Rows) -> None:
        """Drop pairs last met before `horizon`, once enough are, and pairs of tweets that go (-1 in
        `new`, the row of each tweet after that); what was seen or engaged leaves a trace."""
        moves = bool((new < 0).any())
        for pairs in (self._engagements, self._seen, self._served):
            stale = pairs.stale(horizon, new)
            if moves or is_worth_a_copy(stale):
                if pairs is not self._served:
                    self._leave_trace(pairs.index, stale)
                pairs.keep(np.flatnonzero(~stale).astype(np.int32), new)

    def drop_faded(self, now: int, horizon: int) -> None:
        """Drop counts of pairs that have faded or are old, and the days of old complaints."""
        self._counts.drop_faded(now, horizon)
        self._mutes.drop(horizon)
        self._preferences.drop(horizon)

    def renumber(self, tweet: Rows, new: Rows) -> None:
        """Keep these tweets, in rows of their own; `new` is the row of each after that."""
        self._graph.renumber_tweets(new)
        self._engagements.history.renumber(new)
        self._counts.renumber_tweets(tweet, new)
        self._tweets.keep(tweet, new)
        self._show_all()

    def _leave_trace(self, index: PairIndex, goes: NDArray[np.bool_]) -> None:
        user, tweet = index.left[goes], index.right[goes]
        self._seen_long_ago.add(self._users.ids.hashes(user), self._tweets.ids.hashes(tweet))

    def _show_all(self) -> None:
        """Put every tweet that is not deleted on show."""
        tweets = self._tweets
        there = np.flatnonzero(~tweets.deleted).astype(np.int32)
        self._calendar = TimeIndex(there, tweets.created_at[there])
        known = self.by_time[tweets.author[self.by_time] >= 0]
        self._posts.refill(tweets.author[known], known)

    def _grow(self) -> None:
        """Make room for all users and tweets of the catalog."""
        users = len(self._users)
        self._counts.grow(users, len(self._tweets))
        self._engagements.grow(users, len(self._tweets))
        for part in (self._graph, self._posts, self._seen, self._served, self._seniority):
            part.grow(users)
        grow(self, "_acted", users, 0)

    def _follow_up(self, changes: Changes) -> None:
        """Bring counts and histories up to date with changed engagements."""
        self._counts.add_engagements(self.engaged, changes, self._tweets)
        self._engagements.count_written(changes)
        self._engagements.refresh(changes.touched, self._tweets)

    def _count_once(self, events: Events) -> None:
        """Count what cannot be undone: impressions, clicks, posts. Those of an erased user count
        for the tweet and its author only."""
        kind = _COUNT[events.action]
        events, kind = events.where(kind >= 0), kind[kind >= 0]
        acts = Acts.of(self._tweets, events.user, events.tweet, kind, events.at)
        weight = self._counts.within_cap(acts, events.weight)
        acts, which = acts.with_expected(events.position, self._tweets)
        self._counts.add_for_subject(acts, weight[which])
        acts = acts.where(~self._users.erased(events.user, events.at, events.tiebreak)[which])
        self._counts.add_for_actor(acts)
        shown = acts.where(acts.kind == Count.IMPRESSION)
        self._seen.add(shown.user, shown.tweet, shown.at)

    def _engage(self, events: Events) -> None:
        """Apply likes, retweets, replies and complaints about a tweet, and their undoing."""
        events = self.standing(events, between_users=False)
        if not len(events):
            return
        self._follow_up(self._engagements.apply(events))
        author = self._tweets.author[events.tweet]
        averse = (events.action == Action.NOT_INTERESTED) & (author >= 0)
        if averse.any():
            self._graph.apply(replace(events[averse], target=author[averse]))

    def _relate(self, events: Events) -> None:
        """Apply follows, mutes and blocks; one from a tweet also counts for that tweet."""
        from_tweet = (events.action == Action.FOLLOW) & (events.tweet >= 0)
        if from_tweet.any():
            self._count_follows(events.where(from_tweet))
        some = self.standing(events.where(events.target >= 0), between_users=True)
        changes = self._graph.apply(some)
        self._counts.add_relations(self._graph.relations, changes, self._tweets)

    def _count_follows(self, events: Events) -> None:
        """Count follows for the tweets that they came from."""
        kind = np.full(len(events), int(Count.FOLLOW))
        acts = Acts.of(self._tweets, events.user, events.tweet, kind, events.at)
        self._counts.add_for_subject(acts, events.weight)
        stays = ~self._users.erased(events.user, events.at, events.tiebreak)
        self._counts.add_for_actor(acts.where(stays))
