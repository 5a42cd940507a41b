"""The simulation as data: `simulation.json`. Two runs write the same, `seconds` and
the moment `ended_at` aside.

Every figure is `{value, low, high}`, the last two its 95 % interval over resampled people; `share`
is how far it is on the way from random (0) to the oracle (1).

- `world`: what went on, for whom and for how long
- `reference`: whose lead is reported; for_you, if it was asked
- `figures`: by policy, then by name; `by_day`: some of them for each day
- `ahead`: by how much for_you is ahead of each policy, over the same people and the same chances
- `learning`: what for_you gains over itself frozen, day by day
- `stress`: what happened when somebody made trouble
- `missing`: who could not be asked; `seconds`: how long each policy's days took
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evaluation.metrics.resample import LEVEL, REPEATS, Figure, resample
from evaluation.policies.policy import PRODUCT
from evaluation.policies.specification import FROZEN_PRODUCT
from evaluation.report.numbers import Json, number, plain, with_share
from evaluation.simulation.figures import Reader
from evaluation.simulation.parallel import Lived
from evaluation.simulation.plan import Plan

FORMAT: Final = 1


def document(
    plan: Plan, lived: Mapping[str, Lived], stress: Mapping[str, Any], missing: list[str]
) -> Json:
    """Everything, ready for `json.dumps`; `lived` are the policies that lived the same days."""
    reader = Reader(plan, resample(len(plan.panel)))
    figures = {label: reader.figures(one.diary) for label, one in lived.items()}
    by_day = {label: reader.by_day(one.diary) for label, one in lived.items()}
    reference = PRODUCT if PRODUCT in figures else next(iter(figures))
    base = figures[reference]
    return {
        "format": FORMAT,
        "world": {
            "seed": plan.seed,
            "users": len(plan.panel),
            "newcomers": plan.newcomers,
            "authors": len(plan.world.users),
            "days": number((plan.onward.until - plan.onward.since) / 86_400),
            "new_tweets": len(plan.writing),
            "interval": LEVEL,
            "resamples": REPEATS,
        },
        "reference": reference,
        "figures": {label: with_share(by, figures, interval=True) for label, by in figures.items()},
        "ahead": {
            label: {name: plain(base[name] - figure) for name, figure in by.items()}
            for label, by in figures.items()
            if label != reference
        },
        "by_day": plain(by_day),
        "learning": _learning(by_day),
        "stress": plain(stress),
        "missing": missing,
        "seconds": {label: one.seconds for label, one in lived.items()},
    }


def _learning(by_day: Mapping[str, Mapping[str, list[Figure]]]) -> Json:
    """By day, and what each further day adds: the slope of a straight line through them."""
    if not {PRODUCT, FROZEN_PRODUCT} <= by_day.keys():
        return {}
    live, frozen = by_day[PRODUCT], by_day[FROZEN_PRODUCT]
    names = ("engagements_per_impression", "expected_per_impression")
    gains = {name: [a - b for a, b in zip(live[name], frozen[name], strict=True)] for name in names}
    return {name: plain({"by_day": g, "per_day": _slope(g)}) for name, g in gains.items()}


def _slope(days: list[Figure]) -> Figure:
    """Of the least-squares line, in every draw."""
    centre = (len(days) - 1) / 2
    spread = sum((day - centre) ** 2 for day in range(len(days))) or 1.0
    steps = (figure.draws * ((day - centre) / spread) for day, figure in enumerate(days))
    return Figure(sum(steps, 0 * days[0].draws))
