"""Hostile accounts that block a few authors and report all that they write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from datagen.parameters import HOUR
from evaluation.metrics.resample import Figure, ratio, resample
from evaluation.simulation.common_random_numbers import Question, generator
from evaluation.simulation.plan import Plan
from evaluation.simulation.simulator import TimedEvent
from evaluation.simulation.trajectory import Trajectory
from ml.actions import Action
from ml.arrays import Rows

HOSTILE: Final = 200  # accounts
VICTIMS: Final = 5  # one would leave too much to chance; each is attacked by all
REPORTED: Final = 10  # of each victim's tweets, the newest


def victims(plan: Plan) -> Rows:
    """Of those who write during these days, the most followed."""
    tweets, ties = plan.world.tweets, plan.world.follow_graph
    followers = np.bincount(ties.followee, minlength=len(plan.world.users))
    writes = np.zeros(len(followers), np.bool_)
    writes[tweets.author[tweets.created >= plan.onward.since]] = True
    ranked = np.argsort(-np.where(writes, followers, -1), kind="stable")
    return ranked[:VICTIMS].astype(np.int32)


def brigade(plan: Plan) -> list[TimedEvent]:
    """Accounts that nobody knows block a few authors and report all that they write."""
    rng = generator(plan.seed, Question.STRESS, 1)
    tweets, ids = plan.world.tweets, plan.world.users.user_id
    timed: list[TimedEvent] = []
    for victim in victims(plan).tolist():
        mine = np.flatnonzero(tweets.author == victim)
        new = tweets.created[mine] >= plan.onward.since
        for account in range(HOSTILE):
            who, whom = f"hostile:{account}", str(ids[victim])
            at = plan.onward.since + int(rng.integers(60, HOUR))
            timed.append(_event(Action.BLOCK, who, at, whom, target_user_id=whom))
            for tweet in np.concatenate((mine[~new][-REPORTED:], mine[new])).tolist():
                name = str(tweets.tweet_id[tweet])
                seen = max(int(tweets.created[tweet]), at) + int(rng.integers(60, 600))
                timed.append(_event(Action.REPORT, who, seen, name, tweet_id=name))
    return sorted(timed, key=lambda one: (one[0], str(one[1]["event_id"])))


def reach(plan: Plan, before: Trajectory, after: Trajectory) -> Mapping[str, Any]:
    """How much less the victims are seen by others."""
    author, followee = plan.world.tweets.author, plan.world.follow_graph.followee
    target = victims(plan)
    kept, seen = (d.per_member(np.isin(author[d.tweet], target)) for d in (after, before))
    lost = Figure(1 - ratio(kept, seen, resample(len(plan.panel))).draws)
    low, high = lost.interval
    each = [
        {
            "followers": int((followee == one).sum()),
            "before": int((author[before.tweet] == one).sum()),
            "after": int((author[after.tweet] == one).sum()),
        }
        for one in target.tolist()
    ]
    return {
        "lost": lost,
        "victims": each,
        "says": f"{HOSTILE} hostile accounts cost {VICTIMS} authors {lost.value:+.1%} "
        f"[{low:+.1%}, {high:+.1%}] of their reach among others",
    }


def _event(action: Action, who: str, at: int, name: str, **about: str) -> TimedEvent:
    body = {
        "event_id": f"{action.label}:{who}:{name}",
        "action": action.label,
        "user_id": who,
        "created_at": at,
        **about,
    }
    return at, body
