"""The simulation as one page that needs nothing else: no network, no script, light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from evaluation.report.numbers import Json
from evaluation.report.parts import bar, bullets, grid, plate, ranking, section, shell
from evaluation.report.plots import bars, lines

VISIT: Final = "visit after the change"
UNIT: Final = "expected engagements per impression"
OVER_DAYS: Final = {
    "engagements_per_impression": "engagements per impression",
    "engagements_per_user_day": "engagements per person",
    "negatives_per_1000": "negative actions per 1,000 impressions",
    "sessions_per_user": "visits per person",
    "topic_entropy": "bits of topic entropy per person",
}
TASTE: Final = {
    "by_visit": "share of the new topic, visit by visit after a taste changed",
    "old_by_visit": "share of the old topic, visit by visit after a taste changed",
}
GAIN: Final = "expected engagements per impression of for_you, less those of for_you:frozen"
ABOUT: Final = (
    "The planted world goes on after its log: its authors write, people come by their own rhythm, "
    "look from the top, and act by the planted chances. Every policy has its own copy of the "
    "world and the same chances, so that differences are due to the feed alone. What somebody "
    "does not find keeps them away a little longer."
)


def page(report: Json) -> str:
    """The whole page."""
    title = "What becomes of people who use this feed?"
    return shell(title, "\n".join(_sections(report)))


def _sections(report: Json) -> Iterator[str]:
    world, reference = report["world"], report["reference"]
    yield (
        f"<h1>What becomes of people who use this feed?</h1><p>{world['users']} people, "
        f"{world['newcomers']} of them new, for {world['days']:g} days in which "
        f"{world['authors']:,} authors wrote {world['new_tweets']:,} tweets; seed "
        f"{world['seed']}. Intervals are 95 %, over people.</p><p class='soft'>{ABOUT}</p>"
    )
    neighbours = ranking(report["figures"], "engagements_per_impression", reference, ".4f")
    yield section("Among its neighbours", neighbours)
    if report["learning"]:
        days = report["learning"]["expected_per_impression"]["by_day"]
        gains = [bar(f"day {day}", figure) for day, figure in enumerate(days, 1)]
        plot = bars("Live less frozen", gains, UNIT, "+.4f")
        yield section("What listening earns", plate(plot, GAIN))

    def series(name: str) -> dict[str, list[float]]:
        by_policy = report["by_day"].items()
        return {who: [day["value"] or 0.0 for day in by[name]] for who, by in by_policy}

    plots = [plate(lines(y, series(name), "day", y)) for name, y in OVER_DAYS.items()]
    yield section("Over the days", "".join(plots))
    yield section("Under stress", _stress(report["stress"]))
    yield section(f"By how much {escape(reference)} is ahead", grid(report["ahead"]))
    yield section("Every figure", grid(report["figures"]))
    yield section("What is missing", bullets(report["missing"]))


def _stress(stress: Json) -> str:
    items = "".join(
        f"<li><b>{escape(name)}</b>: {escape(about['says'])}</li>" for name, about in stress.items()
    )
    plots = "".join(
        plate(
            lines(caption, {who: by[key] for who, by in about["share"].items()}, VISIT, "share"),
            caption,
        )
        for about in stress.values()
        if "share" in about
        for key, caption in TASTE.items()
    )
    return f"<ul>{items}</ul>{plots}" if items else ""
