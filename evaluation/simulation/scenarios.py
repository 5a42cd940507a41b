"""Which troubles are brewing, and what came of them?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.policies.policy import ORACLE, PRODUCT
from evaluation.policies.specification import PolicySpec
from evaluation.simulation.parallel import Life
from evaluation.simulation.plan import Plan, plan
from evaluation.simulation.stress import brigade, hits, spammer, turning
from evaluation.simulation.trajectory import Trajectory


def lives(data: Path, days: Plan) -> tuple[Life, ...]:
    """All scenarios for the service, and what could be done about two of them at best; each is
    called `scenario/policy`."""
    service, best = PolicySpec.read(PRODUCT), PolicySpec.read(ORACLE)
    old = len(days.panel) - days.newcomers
    with_hits = hits.with_hits(days)
    turned = turning.turning(plan(data, old, turning.TURNING_DAYS, days.seed))
    return (
        Life(f"taste/{PRODUCT}", turned, service),  # the longest first
        Life(f"taste/{ORACLE}", turned, best),
        Life(f"brigade/{PRODUCT}", days, service, tuple(brigade.brigade(days))),
        Life(f"spammer/{PRODUCT}", spammer.with_spammer(days), service),
        Life(f"viral/{PRODUCT}", with_hits, service),
        Life(f"viral/{ORACLE}", with_hits, best),
    )


def outcomes(
    days: Plan, lives: Sequence[Life], diaries: Mapping[str, Trajectory]
) -> dict[str, Mapping[str, Any]]:
    """What came of each; `diaries` are of these lives, and of the service in peaceful `days`."""
    plans: dict[str, Plan] = {}
    by_scenario: dict[str, dict[str, Trajectory]] = defaultdict(dict)
    for life in lives:
        scenario, _, policy = life.label.partition("/")
        plans[scenario], by_scenario[scenario][policy] = life.plan, diaries[life.label]
    attacked, spammed = (by_scenario[name][PRODUCT] for name in ("brigade", "spammer"))
    return {
        "brigade": brigade.reach(days, diaries[PRODUCT], attacked),
        "spammer": spammer.spam(plans["spammer"], spammed),
        "viral": hits.hits(plans["viral"], by_scenario["viral"]),
        "taste": turning.followed(plans["taste"], by_scenario["taste"]),
    }
