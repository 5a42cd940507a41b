"""The whole simulation, from what is wanted to what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings
from evaluation.policies.policy import PRODUCT
from evaluation.policies.specification import DEFAULT, PolicySpec, available
from evaluation.report import simulation_document as document
from evaluation.report.numbers import Json
from evaluation.simulation import scenarios
from evaluation.simulation.parallel import Life, live_all, read
from evaluation.simulation.plan import plan


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
    trouble = scenarios.lives(data, days) if _stressed(wanted, labels) else ()
    lived = live_all([*lives, *trouble], settings, wanted.workers)
    outcome = read({life.label: lived[life.label] for life in lives}, days)
    diaries = {label: one.diary for label, one in lived.items()}
    stress = scenarios.outcomes(days, trouble, diaries) if trouble else {}
    return document.document(outcome, stress, missing)


def _stressed(wanted: Wanted, labels: Sequence[str]) -> bool:
    """What troubles a service can only be seen beside the service in peace."""
    asked = not wanted.policies if wanted.stress is None else wanted.stress
    return asked and PRODUCT in labels
