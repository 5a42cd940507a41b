"""The same service with more and more tweets: what grows, and how much?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.scale_measure import measure_state, write_state
from evaluation.report.numbers import Json
from evaluation.report.text import text_table
from ml.progress import tracked

COLUMNS: Final = (
    ("tweets", "tweets", ",.0f"),
    ("memory MB", "rss_mb", ",.0f"),
    ("ready CPU s", "ready_cpu_seconds", ".1f"),
    ("CPU p50 ms", "cpu_p50", ".2f"),
    ("CPU p99 ms", "cpu_p99", ".2f"),
    ("after a follow", "after_follow", ".2f"),
    ("after a tweet", "after_tweet", ".2f"),
    ("p50 ms", "p50", ".2f"),
    ("p99 ms", "p99", ".2f"),
    ("recall@200", "recall", ".3f"),
    ("events/s", "events_per_cpu_second", ",.0f"),
)

OPTIONS: Final[Options] = {
    "sizes": ("10000,100000", "of states, in tweets, by comma"),
    "users": (300, "who are asked for a feed"),
    "events": (5_000, "that are applied"),
}


@dataclass(frozen=True, slots=True)
class ScaleReport:
    """One line per size."""

    sizes: Sequence[Json]

    @property
    def kept(self) -> bool:
        """It measures; the bars are with those who read it."""
        return True

    def table(self) -> str:
        rows = [[format(_flat(one)[name], how) for _, name, how in COLUMNS] for one in self.sizes]
        return text_table([title for title, _, _ in COLUMNS], rows)

    def document(self) -> Json:
        return {"format": 1, "sizes": list(self.sizes)}


def measure(given: Given) -> ScaleReport:
    """Draw a state of each size, and serve it with the trained models."""
    sizes = [int(size) for size in given.options.sizes.split(",")]
    with TemporaryDirectory(prefix="foryou-scale-") as folder:
        return ScaleReport(
            [
                _measure(size, given, Path(folder) / str(size))
                for size in tracked(sizes, "scale", "sizes")
            ]
        )


def _measure(tweets: int, given: Given, folder: Path) -> Json:
    """One size, drawn and served in processes of their own, so that memory is that of one."""
    folder.mkdir()
    settings, options = given.settings, given.options
    drawn = alone(write_state, tweets, given.seed, folder)
    served = alone(measure_state, folder, settings, options.users, options.events, given.seed)
    return drawn | served


def alone(function: Callable[..., Json], *arguments: object) -> Json:
    """Call a function in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def _flat(one: Json) -> Json:
    """Quantiles beside the other numbers."""
    return one | {
        "p50": one["millis"]["p50"],
        "p99": one["millis"]["p99"],
        "cpu_p50": one["cpu_millis"]["p50"],
        "cpu_p99": one["cpu_millis"]["p99"],
    }
