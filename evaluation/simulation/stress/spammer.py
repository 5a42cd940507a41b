"""Somebody whom nobody follows, who writes one worthless tweet after another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from datagen.parameters import DAY
from datagen.vocabulary import TOPICS
from evaluation.metrics.resample import ratio, resample
from evaluation.simulation.common_random_numbers import Question, generator
from evaluation.simulation.plan import Plan, with_tweets
from evaluation.simulation.trajectory import Trajectory

SPAM_PER_DAY: Final = 300


def with_spammer(plan: Plan) -> Plan:
    """Somebody whom nobody follows writes one worthless tweet after another."""
    rng, n = generator(plan.seed, Question.STRESS, 2), _spam_of(plan)
    author = len(plan.world.users) - plan.newcomers  # the first newcomer
    since = int(plan.world.users.joined[author]) + 60
    created = np.sort(rng.integers(since, plan.onward.until, size=n))
    return with_tweets(
        plan,
        author=np.full(n, author, np.int32),
        created=created.astype(np.int64),
        topic=rng.integers(len(TOPICS), size=n).astype(np.int32),
        quality=np.full(n, 0.05, np.float32),
        text=[f"Free followers, best deal ever, number {row}" for row in range(n)],
    )


def spam(plan: Plan, diary: Trajectory) -> Mapping[str, Any]:
    """How much of what people see is spam, and how much of what there is."""
    first = len(plan.world.tweets) - _spam_of(plan)
    w = resample(len(plan.panel))
    seen = ratio(diary.per_member(diary.tweet >= first), diary.per_member(), w)
    fresh = np.flatnonzero(plan.world.tweets.created >= plan.onward.since)
    offered = float((fresh >= first).mean())
    return {
        "seen": seen,
        "offered": offered,
        "says": f"a spammer wrote {offered:.0%} of all new tweets and was {seen.value:.2%} of what "
        f"people saw",
    }


def _spam_of(plan: Plan) -> int:
    return round(SPAM_PER_DAY * (plan.onward.until - plan.onward.since) / DAY)
