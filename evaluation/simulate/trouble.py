"""Which troubles are brewing, and what came of them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaluation.simulate import stress
from evaluation.simulate.contestants import Contestant
from evaluation.simulate.diary import Diary
from evaluation.simulate.document import ORACLE
from evaluation.simulate.feeds import PRODUCT
from evaluation.simulate.plan import Plan, plan
from evaluation.simulate.simulate import Life

BRIGADE: Final = "brigade"
SPAMMER: Final = "spammer"
VIRAL: Final = "viral"
TURNING: Final = "taste"


@dataclass(frozen=True)
class Trouble:
    """The lives to be lived for it, and the plan of the peaceful days."""

    days: Plan
    lives: tuple[Life, ...]

    @classmethod
    def brewing(cls, data: Path, days: Plan) -> Trouble:
        """All scenarios for the service; the oracle says what could be done at best."""
        service, best = Contestant.read(PRODUCT), Contestant.read(ORACLE)
        old = len(days.panel) - days.newcomers
        hits = stress.with_hits(days)
        turning = stress.turning(plan(data, old, stress.TURNING_DAYS, days.seed))
        return cls(
            days,
            (
                Life(f"{TURNING}/{PRODUCT}", turning, service),  # the longest first
                Life(f"{TURNING}/{ORACLE}", turning, best),
                Life(f"{BRIGADE}/{PRODUCT}", days, service, tuple(stress.brigade(days))),
                Life(f"{SPAMMER}/{PRODUCT}", stress.with_spammer(days), service),
                Life(f"{VIRAL}/{PRODUCT}", hits, service),
                Life(f"{VIRAL}/{ORACLE}", hits, best),
            ),
        )

    def told(self, diaries: Mapping[str, Diary]) -> dict[str, Any]:
        """What came of each; `diaries` are of these lives, and of the service in peace."""
        plans = {life.label: life.plan for life in self.lives}

        def both(scenario: str) -> dict[str, Diary]:
            return {name: diaries[f"{scenario}/{name}"] for name in (PRODUCT, ORACLE)}

        spammed, viral, turned = (f"{scenario}/{PRODUCT}" for scenario in (SPAMMER, VIRAL, TURNING))
        attacked = diaries[f"{BRIGADE}/{PRODUCT}"]
        return {
            BRIGADE: stress.reach(self.days, diaries[PRODUCT], attacked),
            SPAMMER: stress.spam(plans[spammed], diaries[spammed]),
            VIRAL: stress.hits(plans[viral], both(VIRAL)),
            TURNING: stress.followed(plans[turned], both(TURNING)),
        }
