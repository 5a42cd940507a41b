"""The simulation as a short table."""

from __future__ import annotations

from typing import Final

from evaluation.report.numbers import Json
from evaluation.report.text import interval, text_table, value

COLUMNS: Final = {
    "engagements_per_impression": ("per impression", ".4f"),
    "engagements_per_session": ("per session", ".2f"),
    "engagements_per_user_day": ("per user-day", ".2f"),
    "negatives_per_1000": ("negative/1000", ".2f"),
    "unsafe_per_10000": ("unsafe/10,000", ".0f"),
    "return_rate": ("returns", ".3f"),
    "creator_gini": ("Gini", ".3f"),
    "topic_entropy": ("entropy", ".2f"),
}


def table(report: Json) -> str:
    """Every policy, then how far for_you is ahead of each, then what troubled it."""
    world = report["world"]
    title = (
        f"{world['users']} people, {world['newcomers']} of them new, for {world['days']:g} days; "
        f"{world['authors']:,} authors wrote {world['new_tweets']:,} tweets (seed {world['seed']})"
    )
    stress = [f"{name}: {about['says']}" for name, about in report["stress"].items() if about]
    parts = [title, _policies(report), _ahead(report), _learning(report), "\n".join(stress)]
    return "\n\n".join(part for part in parts if part)


def _policies(report: Json) -> str:
    rows = [
        [label, *(value(by[name], form) for name, (_, form) in COLUMNS.items()), _share(by)]
        for label, by in report["figures"].items()
    ]
    return text_table(["", *(name for name, _ in COLUMNS.values()), "to the oracle"], rows)


def _ahead(report: Json) -> str:
    """Paired differences; a star is an interval that leaves out zero."""
    rows = [
        [label, *(_signed(by[name], form) for name, (_, form) in COLUMNS.items())]
        for label, by in report["ahead"].items()
    ]
    names = [f"{report['reference']} less each", *(name for name, _ in COLUMNS.values())]
    return text_table(names, rows) if rows else ""


def _learning(report: Json) -> str:
    if not report["learning"]:
        return ""
    gain = report["learning"]["expected_per_impression"]
    days = ", ".join(interval(day, "+.4f") for day in gain["by_day"])
    return f"live less frozen, expected engagements per impression, by day: {days}"


def _share(figures: Json) -> str:
    figure = figures["engagements_per_impression"]
    if figure.get("share") is None:
        return ""
    return f"{figure['share']:.0%} [{figure['share_low']:.0%}, {figure['share_high']:.0%}]"


def _signed(figure: Json, form: str) -> str:
    low, high = figure["low"], figure["high"]
    star = "*" if low is not None and (low > 0 or high < 0) else " "
    return value(figure, f"+{form}") + star
