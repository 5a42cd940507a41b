"""The product on every shape of data: as data, as text, and as a part of a page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from evaluation.policies.policy import ORACLE, PRODUCT
from evaluation.report.leaderboard_table import table_of
from evaluation.report.numbers import Json
from evaluation.report.parts import lines, section, shell
from evaluation.report.text import text_table
from evaluation.shapes.shapes import METRICS, Measured
from ml.bundle.leaderboard import Standing

FORMAT: Final = 1
BOTH: Final = (PRODUCT, ORACLE)  # those that are no simple policy
HEADER: Final = ["shape", *(f"{name} {m}" for m in METRICS for name in ("product", "best simple"))]


def document(measured: Sequence[Measured], seed: int, scale: float) -> Json:
    """Everything, ready for `json.dumps`."""
    return {
        "format": FORMAT,
        "seed": seed,
        "scale": scale,
        "shapes": {
            one.shape: {
                "about": one.about,
                "visits": one.visits,
                "standings": [standing.model_dump() for standing in one.standings],
                "lost_to": one.lost_to,
                "seconds": round(one.seconds, 1),
            }
            for one in measured
        },
    }


def block(one: Measured) -> str:
    """All policies on one shape, for a terminal."""
    lost = "; ".join(f"{metric} to {', '.join(who)}" for metric, who in one.lost_to.items() if who)
    title = f"{one.shape}: {one.about} ({one.visits:,} visits, {one.seconds:.0f} s of CPU)"
    return f"{title}\n{table_of(one.standings)}\nloses by more than chance: {lost or 'nothing'}"


def table(report: Json) -> str:
    """The product beside the best simple policy on every shape, for a terminal."""
    return text_table(HEADER, _rows(report))


def part(report: Json) -> str:
    """The same as a part of a page, and every figure."""
    about = "".join(
        f"<li>{escape(name)}: {escape(shape['about'])}</li>"
        for name, shape in report["shapes"].items()
    )
    figures = [
        [name, one["policy"], one["metric"], *map(_number, (one[key] for key in FIGURES))]
        for name, shape in report["shapes"].items()
        for one in shape["standings"]
    ]
    return section(
        "On data that lacks something",
        f"<p>The planted world (seed {report['seed']}, scale {report['scale']:g}), degraded and "
        f"trained on; ! is a difference beyond chance.</p><ul>{about}</ul>"
        f"{lines(HEADER, _rows(report))}{lines(['shape', 'policy', 'metric', *FIGURES], figures)}",
    )


def page(report: Json) -> str:
    """The part by itself."""
    return shell("How good is the feed on data that lacks something?", part(report))


FIGURES: Final = ["value", "low", "high", "ahead", "ahead_low", "ahead_high"]


def _rows(report: Json) -> list[list[str]]:
    return [
        [name, *(cell for metric in METRICS for cell in _cells(shape["standings"], metric))]
        for name, shape in report["shapes"].items()
    ]


def _cells(standings: Sequence[Json], metric: str) -> tuple[str, str]:
    """The product's figure, and the best simple policy with its own."""
    known = [Standing(**one) for one in standings if one["metric"] == metric]
    if not known:
        return "–", "–"
    product = next(one for one in known if one.policy == PRODUCT)
    simple = [one for one in known if one.policy not in BOTH and one.value is not None]
    if not simple:
        return _number(product.value), "–"
    best = max(simple, key=lambda one: one.value or 0.0)
    return _number(product.value), f"{_number(best.value)} {best.policy}{'!' * best.loses}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
