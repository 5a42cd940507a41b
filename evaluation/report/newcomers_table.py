"""The feed of newcomers, as text and as data."""

from __future__ import annotations

from evaluation.newcomers.newcomers import Measured
from evaluation.report.numbers import Json, number
from evaluation.report.text import text_table


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


def document(measured: list[Measured]) -> Json:
    """Everything, ready for `json.dumps`."""
    return {
        "format": 1,
        "known": {
            str(one.known): {
                "people": one.people,
                "products": dict(one.products),
                "decided_by": one.decided_by,
                "over_popular": _figure(one.over_popular),
                "shared": number(one.shared),
                "repeated": number(one.repeated),
                "policies": {
                    policy: {metric: _figure(figure) for metric, figure in by.items()}
                    for policy, by in one.figures.items()
                },
            }
            for one in measured
        },
    }


def _figure(figure: object) -> Json:
    low, high = figure.interval
    return {"value": number(figure.value), "low": number(low), "high": number(high)}
