"""The feed of newcomers, as text and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evaluation.newcomers.newcomers import Measured, Wanted
from evaluation.report.numbers import Json, figure_of, number, plain
from evaluation.report.text import text_table

FORMAT: Final = 1


def block(one: Measured) -> str:
    """All policies for newcomers of whom so much is known."""
    metrics = list(next(iter(one.figures.values())))
    rows = [[name, *(str(by[metric]) for metric in metrics)] for name, by in one.figures.items()]
    answered = ", ".join(f"{name} {count}" for name, count in one.products.items())
    return (
        f"{one.people} newcomers with {one.known} actions; answered by {answered}\n"
        f"{text_table(['', *metrics], rows)}\n"
        f"{one.decided_by} over popular's: {one.over_popular}\n"
        f"first pages of four: two share {one.shared:.0%} of their rows, {one.repeated:.0%} of all "
        f"rows are on more than one"
    )


def document(measured: Sequence[Measured], wanted: Wanted) -> Json:
    """Everything, ready for `json.dumps`."""
    return {
        "format": FORMAT,
        "seed": wanted.seed,
        "tied": wanted.is_tied,
        "known": {
            str(one.known): {
                "people": one.people,
                "products": dict(one.products),
                "decided_by": one.decided_by,
                "over_popular": figure_of(one.over_popular),
                "shared": number(one.shared),
                "repeated": number(one.repeated),
                "policies": {name: plain(by) for name, by in one.figures.items()},
            }
            for one in measured
        },
    }
