"""What a diary amounts to, with intervals over the people of the panel.

All policies have the same people, who are drawn again in the same way, so that differences are
paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.parameters import DAY
from datagen.users import LIKED
from evaluation.metrics.exposure import Exposure
from evaluation.metrics.resample import Figure, Weights, mean, ratio
from evaluation.simulation.people import People
from evaluation.simulation.plan import Plan
from evaluation.simulation.trajectory import Trajectory
from evaluation.truth import UNSAFE
from ml.arrays import Rows

FIRST: Final = 10  # impressions of who or what is new
WITHIN: Final = DAY  # a visitor who is back by then has returned
FRESH: Final = 7 * DAY

Figures = Mapping[str, Figure]
Flags = NDArray[np.bool_]
Values = NDArray[np.float64]


class Reader:
    """Reads diaries of one plan."""

    def __init__(self, plan: Plan, allows_nsfw: Flags, weights: Weights) -> None:
        world, members = plan.world, len(plan.panel)
        self.plan = plan
        self.weights = weights
        self._people = People(world, plan.seed)
        tweets = world.tweets
        self._toxic = tweets.toxic > UNSAFE
        self._nsfw = tweets.nsfw > UNSAFE
        self._allows = allows_nsfw  # (members,)
        joined = np.maximum(world.users.joined[plan.panel], plan.onward.since)
        self._days = (plan.onward.until - joined) / DAY
        self._new_member = np.arange(members) >= members - plan.newcomers
        shown = (tweets.created >= plan.onward.since - FRESH) & (tweets.created < plan.onward.until)
        self._writing = np.bincount(tweets.author[shown], minlength=len(world.users)) > 0
        self._new_author = ~np.isin(
            np.arange(len(world.users)), tweets.author[tweets.created < plan.onward.since]
        )

    def figures(self, diary: Trajectory) -> dict[str, Figure]:
        """Everything that is known about a policy."""
        w = self.weights
        impressions, engaged = self._sum(diary), self._sum(diary, diary.engaged)
        visits = np.bincount(diary.visitor, minlength=len(self._days)).astype(float)
        exposure = Exposure(diary.user, self.plan.world.tweets.author[diary.tweet], self._writing)
        looks = self.plan.world.examination(diary.position)
        return {
            "engagements_per_impression": ratio(engaged, impressions, w),
            "expected_per_impression": ratio(self._sum(diary, looks * diary.worth), impressions, w),
            "engagements_per_session": ratio(engaged, visits, w),
            "engagements_per_user_day": ratio(engaged, self._days, w),
            "expected_per_user_day": ratio(self._sum(diary, looks * diary.worth), self._days, w),
            "negatives_per_1000": ratio(
                1e3 * self._sum(diary, self._unwelcome(diary)), impressions, w
            ),
            "unsafe_per_10000": ratio(1e4 * self._sum(diary, self.unsafe(diary)), impressions, w),
            "sessions_per_user_day": ratio(visits, self._days, w),
            "return_rate": self._returns(diary),
            "impressions_per_session": ratio(impressions, visits, w),
            "followed_per_1000": ratio(1e3 * self._sum(diary, diary.followed), impressions, w),
            "creator_gini": exposure.inequality(w),
            "creator_coverage": exposure.coverage(
                w[:1]
            ),  # drawn again, people see fewer: no interval
            "topic_entropy": mean(self.entropy(diary), w),
            "liked_topics": ratio(self._sum(diary, self._to_taste(diary)), impressions, w),
            "new_users_first_10": self._over(diary, self._first_seen(diary)),
            "new_authors_first_10": self._over(diary, self._first_shown(diary)),
            "new_author_share": ratio(self._sum(diary, self._by_new(diary)), impressions, w),
        }

    def by_day(self, diary: Trajectory) -> dict[str, list[Figure]]:
        """The same few figures for each day by itself."""
        day = (diary.at - self.plan.onward.since) // DAY
        started = (diary.started - self.plan.onward.since) // DAY
        everybody = np.ones(len(self._days))
        w, named = self.weights, list(range(self.plan.days))
        by_name: dict[str, list[Figure]] = {}
        looks = self.plan.world.examination(diary.position)
        for d in named:
            rows = day == d
            seen, done = self._sum(diary, rows), self._sum(diary, rows & diary.engaged)
            expected = self._sum(diary, rows * looks * diary.worth)
            visits = np.bincount(diary.visitor[started == d], minlength=len(everybody))
            for name, figure in {
                "engagements_per_impression": ratio(done, seen, w),
                "expected_per_impression": ratio(expected, seen, w),
                "engagements_per_user_day": ratio(done, everybody, w),
                "negatives_per_1000": ratio(
                    1e3 * self._sum(diary, rows & self._unwelcome(diary)), seen, w
                ),
                "sessions_per_user": ratio(visits.astype(float), everybody, w),
                "topic_entropy": mean(self.entropy(diary, rows), w),
            }.items():
                by_name.setdefault(name, []).append(figure)
        return by_name

    def unsafe(self, diary: Trajectory) -> Flags:
        """Toxic for anybody; nudity for whom has not asked for it."""
        nsfw = self._nsfw[diary.tweet] & ~self._allows[diary.user]
        return np.asarray(self._toxic[diary.tweet] | nsfw)

    def entropy(self, diary: Trajectory, rows: Flags | None = None) -> Values:
        """In bits, of the topics that each member was shown; NaN for who was shown nothing."""
        topic = self.plan.world.tweets.topic
        kinds = int(topic.max()) + 1
        cell = diary.user * kinds + topic[diary.tweet]
        counts = np.bincount(
            cell if rows is None else cell[rows], minlength=len(self._days) * kinds
        ).reshape(-1, kinds)
        total = counts.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = counts / total
            bits = -np.where(share > 0, share * np.log2(share), 0).sum(axis=1)
        return np.where(total[:, 0] > 0, bits, np.nan)

    def _sum(self, diary: Trajectory, value: NDArray[np.generic] | None = None) -> Values:
        """Per member of the panel."""
        weight = None if value is None else value.astype(np.float64)
        return np.bincount(diary.user, weight, minlength=len(self._days)).astype(np.float64)

    def _over(self, diary: Trajectory, rows: Flags) -> Figure:
        """Engagements per impression among some."""
        some = self._sum(diary, rows)
        return ratio(self._sum(diary, rows & diary.engaged), some, self.weights)

    def _unwelcome(self, diary: Trajectory) -> Flags:
        return diary.negative | diary.reported

    def _to_taste(self, diary: Trajectory) -> Flags:
        """On a topic that the viewer truly likes."""
        world = self.plan.world
        taste = world.users.taste[self.plan.panel[diary.user], world.tweets.topic[diary.tweet]]
        return np.asarray(taste >= LIKED)

    def _returns(self, diary: Trajectory) -> Figure:
        """Of all visits that left a day for it, those with another visit within a day."""
        order = np.lexsort((diary.started, diary.visitor))
        who, at = diary.visitor[order], diary.started[order]
        again = np.zeros(len(who), bool)
        again[:-1] = (who[1:] == who[:-1]) & (at[1:] - at[:-1] <= WITHIN)
        asked = at <= self.plan.onward.until - WITHIN
        n = len(self._days)
        back = np.bincount(who[asked & again], minlength=n).astype(float)
        return ratio(back, np.bincount(who[asked], minlength=n).astype(float), self.weights)

    def _first_seen(self, diary: Trajectory) -> Flags:
        """The first impressions of each newcomer."""
        return self._new_member[diary.user] & (_turn(diary.user, diary.at) < FIRST)

    def _by_new(self, diary: Trajectory) -> Flags:
        return np.asarray(self._new_author[self.plan.world.tweets.author[diary.tweet]])

    def _first_shown(self, diary: Trajectory) -> Flags:
        """The first impressions of each author who is new."""
        author = self.plan.world.tweets.author[diary.tweet]
        return self._by_new(diary) & (_turn(author, diary.at) < FIRST)


def _turn(owner: Rows, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many rows of the same owner came before each."""
    order = np.lexsort((at, owner))
    sorted_ = owner[order]
    place = np.arange(len(order))
    begins = np.ones(len(order), bool)
    begins[1:] = sorted_[1:] != sorted_[:-1]
    turn = np.empty(len(order), np.int64)
    turn[order] = place - np.maximum.accumulate(np.where(begins, place, 0))
    return turn
