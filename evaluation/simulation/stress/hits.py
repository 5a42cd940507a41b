"""Tweets that deserve to go far, by authors whom few know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from datagen.parameters import HOUR
from datagen.users import LIKED
from evaluation.simulation.plan import Plan, with_tweets
from evaluation.simulation.trajectory import Trajectory
from ml.errors import DataError

HITS: Final = 5  # tweets that deserve to go viral
HARMLESS: Final = 0.1  # how toxic, and how nude, what somebody writes may be


def with_hits(plan: Plan) -> Plan:
    """Ordinary authors each write one tweet of the highest quality on what people like. They are
    harmless: people who often abuse others are hidden for it, however good a tweet may be."""
    world = plan.world
    liked = (world.users.taste[plan.panel] >= LIKED).sum(axis=0)
    topics = np.argsort(-liked, kind="stable")[:HITS].astype(np.int32)
    followers = np.bincount(world.follow_graph.followee, minlength=len(world.users))
    harmless = (world.users.toxic < HARMLESS) & (world.users.nsfw < HARMLESS)
    unlike = np.where(harmless, np.abs(followers - np.median(followers)), np.inf)
    median = np.argsort(unlike, kind="stable")
    return with_tweets(
        plan,
        author=median[:HITS].astype(np.int32),
        created=plan.onward.since + 6 * HOUR + 60 * np.arange(HITS, dtype=np.int64),
        topic=topics,
        quality=np.full(HITS, 0.98, np.float32),
        text=[_harmless_text(plan, topic) for topic in topics.tolist()],
    )


def hits(plan: Plan, diaries: Mapping[str, Trajectory]) -> Mapping[str, Any]:
    """How far each feed carries what deserves it, beside an average tweet of the same hours."""
    first, tweets = len(plan.world.tweets) - HITS, plan.world.tweets
    since = int(tweets.created[first])
    same = np.flatnonzero(np.abs(tweets.created - since) < 6 * HOUR)
    same = same[same < first]
    by_policy: dict[str, Any] = {}
    for label, diary in diaries.items():
        came = len(np.unique(diary.visitor[diary.started > since + 60 * HITS]))
        viral = np.bincount(diary.tweet, minlength=len(tweets))[first:].sum() / HITS / came
        plain = np.bincount(diary.tweet, minlength=len(tweets))[same].mean() / came
        by_policy[label] = {"viral": float(viral), "average": float(plain)}
    says = "; ".join(
        f"{label} {one['viral']:.0%} (average tweet {one['average']:.1%})"
        for label, one in by_policy.items()
    )
    return {"reach": by_policy, "says": f"of those who came, a hit reached by {says}"}


def _harmless_text(plan: Plan, topic: int) -> str:
    """What somebody harmless says about a topic, to nobody in particular, or, in a world so small
    that nobody does, about another.

    Raises:
        DataError: nobody says anything harmless.
    """
    table, row = plan.onward.tweets, len(plan.world.tweets) - len(plan.onward.tweets)
    tweets = plan.world.tweets
    harmless = (tweets.toxic < HARMLESS) & (tweets.nsfw < HARMLESS) & (tweets.parent < 0)
    calm = np.flatnonzero(harmless[row:])
    if not len(calm):
        raise DataError(
            f"the stress test needs a new tweet that is no reply, nor toxic or nsfw; none of the "
            f"{len(table)} that are written in {plan.days:g} days is; simulate more days or a "
            f"larger world, or leave out the stress tests"
        )
    on_topic = calm[tweets.topic[row:][calm] == topic]
    return str(table["text"][int((on_topic if len(on_topic) else calm)[0])])
