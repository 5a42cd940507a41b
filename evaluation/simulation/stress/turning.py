"""A taste that changes: how fast does a feed follow?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from datagen.parameters import DAY
from datagen.users import LIKED
from evaluation.simulation.common_random_numbers import Question, generator
from evaluation.simulation.plan import Plan, Turn
from evaluation.simulation.trajectory import Trajectory, turn
from ml.arrays import Rows

TURNING_DAYS: Final = 9.0
TURNING_USERS: Final = 60
TURN_AT: Final = 2 * DAY
VISITS_PER_DAY: Final = 4
VISIT_LENGTH: Final = 10
SETTLED: Final = 20  # visits after which the feed should have followed
SMOOTH: Final = 5  # visits


def turning(plan: Plan) -> Plan:
    """A few people who come often; the topic that each likes best changes places with one that
    they did not care for. `plan` must go on for `TURNING_DAYS`."""
    rng = generator(plan.seed, Question.STRESS, 3)
    old = len(plan.panel) - plan.newcomers
    chosen = np.sort(rng.permutation(old)[:TURNING_USERS])
    panel = plan.panel[chosen]
    days = (plan.onward.until - plan.onward.since) / DAY
    step = DAY // VISITS_PER_DAY
    n = int(days * VISITS_PER_DAY)
    began = plan.onward.since + rng.integers(60, step, size=len(panel))
    visits = tuple(start + step * np.arange(n, dtype=np.int64) for start in began)
    lengths = tuple(np.full(n, VISIT_LENGTH, np.int64) for _ in panel)
    taste = plan.world.users.taste.copy()
    new, best = new_topics(plan, panel)
    taste[panel, new], taste[panel, best] = taste[panel, best], taste[panel, new]
    then = Turn(plan.onward.since + TURN_AT, taste)
    return replace(plan, panel=panel, newcomers=0, visits=visits, lengths=lengths, turn=then)


def new_topics(plan: Plan, panel: Rows) -> tuple[Rows, Rows]:
    """For each, a topic that they do not care for, and the one they like best."""
    rng = generator(plan.seed, Question.STRESS, 4)
    taste = plan.world.users.taste[panel]
    chance = np.where(taste < LIKED, rng.random(taste.shape), -1)
    return np.argmax(chance, axis=1).astype(np.int32), np.argmax(taste, axis=1).astype(np.int32)


def followed(plan: Plan, diaries: Mapping[str, Trajectory]) -> Mapping[str, Any]:
    """The share of the new topic, and of the old, visit by visit from the change on."""
    new, best = new_topics(plan, plan.panel)
    by_policy: dict[str, Any] = {}
    for label, diary in diaries.items():
        before, share = _share(plan, diary, new)
        old_before, old = _share(plan, diary, best)
        final = float(np.mean(share[SETTLED:]))
        smooth = np.convolve(share, np.full(SMOOTH, 1 / SMOOTH), "valid")
        passed = np.flatnonzero(smooth >= 0.8 * final)
        by_policy[label] = {
            "before": before,
            "by_visit": share.tolist(),
            "final": final,
            "at_20": float(smooth[SETTLED - SMOOTH] / final) if final else 0.0,
            "visits_to_80": int(passed[0]) + SMOOTH if len(passed) else None,
            "old_before": old_before,
            "old_by_visit": old.tolist(),
            "old_final": float(np.mean(old[SETTLED:])),
        }
    says = "; ".join(
        f"{label} from {one['before']:.1%} to {one['final']:.1%}, {one['at_20']:.0%} of that by "
        f"visit {SETTLED} (80 % by visit {one['visits_to_80']}), the old from "
        f"{one['old_before']:.1%} to {one['old_final']:.1%}"
        for label, one in by_policy.items()
    )
    return {"share": by_policy, "says": f"the new topic's share went by {says}"}


def _share(plan: Plan, diary: Trajectory, kind: Rows) -> tuple[float, NDArray[np.float64]]:
    """Of a topic, before the change; and over people at their first visit after it, their second,
    and so on."""
    assert plan.turn is not None
    is_kind = plan.world.tweets.topic[diary.tweet] == kind[diary.user]
    after = diary.started >= plan.turn.at
    nth = np.full(len(after), -1)
    nth[after] = turn(diary.visitor[after], diary.started[after])
    made = np.bincount(diary.visitor[after], minlength=len(plan.panel))
    most = int(np.quantile(made, 0.1))  # visits that nearly everybody made
    visit = nth[diary.visit]
    kept = (visit >= 0) & (visit < most)
    seen = np.bincount(visit[kept], minlength=most)
    share = np.bincount(visit[kept], is_kind[kept].astype(float), most) / seen
    return float(is_kind[diary.at < plan.turn.at].mean()), share
