"""What a start of the service costs: the first compiles everything, a later one loads it."""

from __future__ import annotations

from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.loadtest import processor_time
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.server import serving
from evaluation.loadtest.slo_report import SloReport, most
from evaluation.report.numbers import Json
from ml.kernel_folder import CACHE, KERNELS

COMPILING_SECONDS: Final = 20.0
LATER_SECONDS: Final = 7.5  # 1.5 more than the version in numpy took for the default world

OPTIONS: Final[Options] = {"repeats": (1, "of which the least counts")}


def measure(given: Given) -> SloReport:
    """A first start and the next one.

    Raises:
        ChildProcessError: a server did not start.
    """
    return promises(starts(given.environment, given.options.repeats))


def starts(environment: Mapping[str, str], repeats: int) -> Json:
    """Seconds of CPU of a start from nothing, and of the next one."""
    rounds = [_round(environment) for _ in range(repeats)]
    return {name: min(one[name] for one in rounds) for name in rounds[0]}


def promises(found: Json) -> SloReport:
    """What compiling may add to a start."""
    return SloReport(
        [
            most("CPU of compiling", found["first"] - found["later"], COMPILING_SECONDS, " s"),
            most("CPU of a later start", found["later"], LATER_SECONDS, " s"),
        ],
        found,
        [in_words(found)],
    )


def in_words(found: Json) -> str:
    """The figures as one line."""
    return (
        f"a first start takes {found['first']:.1f} s of CPU, {found['first'] - found['later']:.1f} "
        f"of them to compile; a later one {found['later']:.1f} s"
    )


def _round(environment: Mapping[str, str]) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        kept = {**environment, KERNELS: folder, CACHE: ""}  # and not what this process inherited
        return {"first": _seconds(kept), "later": _seconds(kept)}


def _seconds(environment: Mapping[str, str]) -> float:
    """Of CPU, until the service answers."""
    with serving(environment) as server:
        return processor_time.seconds(server.process.pid)
