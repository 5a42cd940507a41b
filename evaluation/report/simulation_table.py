"""The simulation as a short table."""

from __future__ import annotations

from typing import Any, Final

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

Json = dict[str, Any]  # what JSON can hold


def table(report: Json) -> str:
    """Every policy, then how far for_you is ahead of each, then what troubled it."""
    return "\n\n".join(part for part in _parts(report) if part)


def _parts(report: Json) -> list[str]:
    world = report["world"]
    title = (
        f"{world['users']} people, {world['newcomers']} of them new, for {world['days']:g} days; "
        f"{world['authors']:,} authors wrote {world['new_tweets']:,} tweets (seed {world['seed']})"
    )
    return [title, _policies(report), _ahead(report), _learning(report), _stress(report)]


def _policies(report: Json) -> str:
    width = _width(report)
    head = f"{'':<{width}}" + "".join(f"{name:>15}" for name, _ in COLUMNS.values())
    there = "share" in next(iter(report["figures"].values()))["engagements_per_impression"]
    lines = [head + (f"{'to the oracle':>22}" if there else "")]
    for label, figures in report["figures"].items():
        cells = [_value(figures[name], form) for name, (_, form) in COLUMNS.items()]
        lines.append(f"{label:<20}" + "".join(f"{cell:>15}" for cell in cells) + _share(figures))
    return "\n".join(lines)


def _ahead(report: Json) -> str:
    """Paired differences; a star is an interval that leaves out zero."""
    lines = [f"{report['reference']} less each"]
    for label, figures in report["ahead"].items():
        cells = [_signed(figures[name], form) for name, (_, form) in COLUMNS.items()]
        lines.append(f"{label:<{_width(report)}}" + "".join(f"{cell:>15}" for cell in cells))
    return "\n".join(lines) if report["ahead"] else ""


def _learning(report: Json) -> str:
    if not report["learning"]:
        return ""
    gain = report["learning"]["expected_per_impression"]
    days = ", ".join(_interval(day) for day in gain["by_day"])
    return f"live less frozen, expected engagements per impression, by day: {days}"


def _stress(report: Json) -> str:
    return "\n".join(
        f"{name}: {about['says']}" for name, about in report["stress"].items() if about
    )


def _width(report: Json) -> int:
    return max(16, *(len(label) for label in report["figures"])) + 2


def _share(figures: Json) -> str:
    figure = figures["engagements_per_impression"]
    if figure.get("share") is None:
        return ""
    text = f"{figure['share']:.0%} [{figure['share_low']:.0%}, {figure['share_high']:.0%}]"
    return f"{text:>22}"


def _value(figure: Json, form: str) -> str:
    return "–" if figure["value"] is None else f"{figure['value']:{form}}"


def _signed(figure: Json, form: str) -> str:
    if figure["value"] is None:
        return "–"
    low, high = figure["low"], figure["high"]
    star = "*" if low is not None and (low > 0 or high < 0) else " "
    return f"{figure['value']:+{form}}{star}"


def _interval(figure: Json) -> str:
    if figure["value"] is None:
        return "–"
    return f"{figure['value']:+.4f} [{figure['low']:+.4f}, {figure['high']:+.4f}]"
