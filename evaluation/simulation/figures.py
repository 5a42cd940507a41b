"""What a diary amounts to, with intervals over the people of the panel.

All policies have the same people, who are drawn again in the same way, so that differences are
paired.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.parameters import DAY
from datagen.users import LIKED
from evaluation.metrics.exposure import Exposure
from evaluation.metrics.resample import Figure, Weights, mean, ratio
from evaluation.simulation.people import Flags
from evaluation.simulation.plan import Plan
from evaluation.simulation.trajectory import Trajectory, turn
from evaluation.truth import UNSAFE
from ml.arrays import Rows

FIRST: Final = 10  # impressions of who or what is new
WITHIN: Final = DAY  # a visitor who is back by then has returned
FRESH: Final = 7 * DAY

Values = NDArray[np.float64]


class Reader:
    """Reads diaries of one plan."""

    def __init__(self, plan: Plan, weights: Weights) -> None:
        self.plan, self.weights = plan, weights
        onward, tweets, users = plan.onward, plan.world.tweets, plan.world.users
        self._days = (onward.until - np.maximum(users.joined[plan.panel], onward.since)) / DAY
        shown = (tweets.created >= onward.since - FRESH) & (tweets.created < onward.until)
        self._writing = np.bincount(tweets.author[shown], minlength=len(users)) > 0
        old = tweets.author[tweets.created < onward.since]
        self._new_author = ~np.isin(np.arange(len(users)), old)

    def figures(self, diary: Trajectory) -> dict[str, Figure]:
        """Everything that is known about a policy."""
        w, seen = self.weights, diary.per_member()
        engaged, expected = diary.per_member(diary.engaged), diary.per_member(self._expected(diary))
        visits = self._visits(diary.visitor)
        author = self.plan.world.tweets.author[diary.tweet]
        exposure = Exposure(diary.user, author, self._writing)
        by_new = self._new_author[author]
        new = diary.user >= len(self._days) - self.plan.newcomers
        return {
            "engagements_per_impression": ratio(engaged, seen, w),
            "expected_per_impression": ratio(expected, seen, w),
            "engagements_per_session": ratio(engaged, visits, w),
            "engagements_per_user_day": ratio(engaged, self._days, w),
            "expected_per_user_day": ratio(expected, self._days, w),
            "negatives_per_1000": ratio(1e3 * diary.per_member(_unwelcome(diary)), seen, w),
            "unsafe_per_10000": ratio(1e4 * diary.per_member(self._unsafe(diary)), seen, w),
            "sessions_per_user_day": ratio(visits, self._days, w),
            "return_rate": self._returns(diary),
            "impressions_per_session": ratio(seen, visits, w),
            "followed_per_1000": ratio(1e3 * diary.per_member(diary.followed), seen, w),
            "creator_gini": exposure.inequality(w),
            # Of people who are drawn again fewer are different, so there is no interval.
            "creator_coverage": exposure.coverage(w[:1]),
            "topic_entropy": mean(self._entropy(diary, slice(None)), w),
            "liked_topics": ratio(diary.per_member(self._is_liked(diary)), seen, w),
            "new_users_first_10": self._over(diary, new & (turn(diary.user, diary.at) < FIRST)),
            "new_authors_first_10": self._over(diary, by_new & (turn(author, diary.at) < FIRST)),
            "new_author_share": ratio(diary.per_member(by_new), seen, w),
        }

    def by_day(self, diary: Trajectory) -> dict[str, list[Figure]]:
        """A few of the figures for each day by itself."""
        w, since, everybody = self.weights, self.plan.onward.since, np.ones(len(self._days))
        day, started = (diary.at - since) // DAY, (diary.started - since) // DAY
        expected, unwelcome = self._expected(diary), _unwelcome(diary)
        by_name: dict[str, list[Figure]] = defaultdict(list)
        for d in range(self.plan.days):
            rows = day == d
            seen, engaged = diary.per_member(rows), diary.per_member(rows & diary.engaged)
            visits = self._visits(diary.visitor[started == d])
            for name, figure in {
                "engagements_per_impression": ratio(engaged, seen, w),
                "expected_per_impression": ratio(diary.per_member(rows * expected), seen, w),
                "engagements_per_user_day": ratio(engaged, everybody, w),
                "negatives_per_1000": ratio(1e3 * diary.per_member(rows & unwelcome), seen, w),
                "sessions_per_user": ratio(visits, everybody, w),
                "topic_entropy": mean(self._entropy(diary, rows), w),
            }.items():
                by_name[name].append(figure)
        return by_name

    def _expected(self, diary: Trajectory) -> Values:
        """The planted chance that each impression is looked at and engaged with."""
        return np.asarray(self.plan.world.examination(diary.position) * diary.worth)

    def _unsafe(self, diary: Trajectory) -> Flags:
        """Toxic for anybody; nudity for whom has not asked for it."""
        tweets, allows = self.plan.world.tweets, self.plan.allows_nsfw[self.plan.panel]
        nsfw = (tweets.nsfw[diary.tweet] > UNSAFE) & ~allows[diary.user]
        return np.asarray((tweets.toxic[diary.tweet] > UNSAFE) | nsfw)

    def _entropy(self, diary: Trajectory, rows: Flags | slice) -> Values:
        """In bits, of the topics that each member was shown; NaN for who was shown nothing."""
        topic = self.plan.world.tweets.topic
        shape = len(self._days), int(topic.max()) + 1
        cell = diary.user * shape[1] + topic[diary.tweet]
        counts = np.bincount(cell[rows], minlength=shape[0] * shape[1]).reshape(shape)
        total = counts.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = counts / total
            bits = -np.where(share > 0, share * np.log2(share), 0).sum(axis=1)
        return np.where(total[:, 0] > 0, bits, np.nan)

    def _visits(self, visitor: Rows) -> Values:
        """Per member of the panel."""
        return np.bincount(visitor, minlength=len(self._days)).astype(np.float64)

    def _over(self, diary: Trajectory, rows: Flags) -> Figure:
        """Engagements per impression among some."""
        some = diary.per_member(rows)
        return ratio(diary.per_member(rows & diary.engaged), some, self.weights)

    def _is_liked(self, diary: Trajectory) -> Flags:
        """On a topic that the viewer truly likes."""
        world = self.plan.world
        taste = world.users.taste[self.plan.panel[diary.user], world.tweets.topic[diary.tweet]]
        return np.asarray(taste >= LIKED)

    def _returns(self, diary: Trajectory) -> Figure:
        """Of all visits that left a day for it, those with another visit within a day."""
        order = np.lexsort((diary.started, diary.visitor))
        who, at = diary.visitor[order], diary.started[order]
        again = np.append((np.diff(who) == 0) & (np.diff(at) <= WITHIN), False)
        asked = at <= self.plan.onward.until - WITHIN
        return ratio(self._visits(who[asked & again]), self._visits(who[asked]), self.weights)


def _unwelcome(diary: Trajectory) -> Flags:
    return diary.negative | diary.reported
