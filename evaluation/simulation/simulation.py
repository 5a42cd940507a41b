"""The whole simulation, from what is wanted to what is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.settings import Settings
from evaluation.policies.policy import ORACLE, PRODUCT
from evaluation.policies.specification import DEFAULT, PolicySpec, available
from evaluation.report import simulation_document as document
from evaluation.report.numbers import Json
from evaluation.simulation.parallel import Life, live_all
from evaluation.simulation.plan import Plan, plan
from evaluation.simulation.stress import brigade, hits, spammer, turning
from evaluation.simulation.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says; without policies, all of them."""

    policies: tuple[str, ...] = ()
    users: int = 300
    days: float = 3.0
    seed: int = 7
    workers: int = 1
    stress: bool | None = None


def run(data: Path, settings: Settings, wanted: Wanted) -> Json:
    """Let the world in a folder go on, and report.

    Raises:
        DataError: it was not planted.
        InvalidSettingError: there is no such policy, or no such setting.
    """
    asked = wanted.policies or DEFAULT
    labels = [label for label in dict.fromkeys(asked) if available(label)]
    missing = [
        f"policy:{label} (pip install 'foryou[evaluation]')"
        for label in asked
        if label not in labels
    ]
    contestants = [PolicySpec.read(label) for label in labels]
    days = plan(data, wanted.users, wanted.days, wanted.seed)
    lives = [Life(one.label, days, one) for one in contestants]
    trouble = _stress_lives(data, days) if _stressed(wanted, labels) else ()
    lived = live_all([*lives, *trouble], settings, wanted.workers)
    diaries = {label: one.diary for label, one in lived.items()}
    stress = _stress_outcomes(days, trouble, diaries) if trouble else {}
    peaceful = {life.label: lived[life.label] for life in lives}
    return document.document(days, peaceful, stress, missing)


def _stressed(wanted: Wanted, labels: Sequence[str]) -> bool:
    """What troubles a service can only be seen beside the service in peace."""
    asked = not wanted.policies if wanted.stress is None else wanted.stress
    return asked and PRODUCT in labels


def _stress_lives(data: Path, days: Plan) -> tuple[Life, ...]:
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


def _stress_outcomes(
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
