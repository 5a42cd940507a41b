"""Which troubles are brewing, and what came of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluation.policies.specification import PolicySpec
from evaluation.report.simulation_document import ORACLE
from evaluation.simulation.feeds import PRODUCT
from evaluation.simulation.parallel import Life
from evaluation.simulation.plan import Plan, plan
from evaluation.simulation.stress import brigade, hits, spammer, turning
from evaluation.simulation.trajectory import Trajectory

BRIGADE: Final = "brigade"
SYBILS: Final = "sybils"
SPAMMER: Final = "spammer"
VIRAL: Final = "viral"
TURNING: Final = "taste"


@dataclass(frozen=True)
class Scenarios:
    """The lives to be lived for it, and the plan of the peaceful days."""

    days: Plan
    lives: tuple[Life, ...]

    @classmethod
    def brewing(cls, data: Path, days: Plan) -> Scenarios:
        """All scenarios for the service; the oracle says what could be done at best."""
        service, best = PolicySpec.read(PRODUCT), PolicySpec.read(ORACLE)
        old = len(days.panel) - days.newcomers
        with_hits = hits.with_hits(days)
        turned = turning.turning(plan(data, old, turning.TURNING_DAYS, days.seed))
        return cls(
            days,
            (
                Life(f"{TURNING}/{PRODUCT}", turned, service),  # the longest first
                Life(f"{TURNING}/{ORACLE}", turned, best),
                Life(f"{BRIGADE}/{PRODUCT}", days, service, tuple(brigade.brigade(days))),
                Life(f"{SYBILS}/{PRODUCT}", days, service, tuple(brigade.sybils(days))),
                Life(f"{SPAMMER}/{PRODUCT}", spammer.with_spammer(days), service),
                Life(f"{VIRAL}/{PRODUCT}", with_hits, service),
                Life(f"{VIRAL}/{ORACLE}", with_hits, best),
            ),
        )

    def outcomes(self, diaries: Mapping[str, Trajectory]) -> dict[str, Any]:
        """What came of each; `diaries` are of these lives, and of the service in peace."""
        plans = {life.label: life.plan for life in self.lives}

        def both(scenario: str) -> dict[str, Trajectory]:
            return {name: diaries[f"{scenario}/{name}"] for name in (PRODUCT, ORACLE)}

        spammed, viral, turned = (f"{scenario}/{PRODUCT}" for scenario in (SPAMMER, VIRAL, TURNING))
        attacked, courted = (diaries[f"{scenario}/{PRODUCT}"] for scenario in (BRIGADE, SYBILS))
        return {
            BRIGADE: brigade.reach(self.days, diaries[PRODUCT], attacked),
            SYBILS: brigade.push(self.days, diaries[PRODUCT], courted),
            SPAMMER: spammer.spam(plans[spammed], diaries[spammed]),
            VIRAL: hits.hits(plans[viral], both(VIRAL)),
            TURNING: turning.followed(plans[turned], both(TURNING)),
        }
