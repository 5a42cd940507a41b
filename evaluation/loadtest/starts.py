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

COMPILING_SECONDS: Final = 20.0
LATER_SECONDS: Final = 1.5
PLAIN: Final = {"NUMBA_DISABLE_JIT": "1"}

OPTIONS: Final[Options] = {"repeats": (1, "of which the least counts")}


def measure(given: Given) -> SloReport:
    """Each kind of start, one after another.

    Raises:
        ChildProcessError: a server did not start.
    """
    return promises(starts(given.environment, given.options.repeats))


def starts(environment: Mapping[str, str], repeats: int) -> Json:
    """Seconds of CPU of a start from nothing, of the next one, and of one that compiles nothing."""
    rounds = [_round(environment) for _ in range(repeats)]
    return {name: min(one[name] for one in rounds) for name in rounds[0]}


def promises(found: Json) -> SloReport:
    """What compiling may add to a start."""
    compiling, loading = found["first"] - found["later"], found["later"] - found["plain"]
    return SloReport(
        [
            most("CPU of compiling at a first start", compiling, COMPILING_SECONDS, " s"),
            most("CPU of loading what was compiled", loading, LATER_SECONDS, " s"),
        ],
        found,
        [in_words(found)],
    )


def in_words(found: Json) -> str:
    """The figures as one line."""
    return (
        f"a first start takes {found['first']:.1f} s of CPU, {found['first'] - found['later']:.1f} "
        f"of them to compile; a later one {found['later']:.1f} s, and one of plain Python "
        f"{found['plain']:.1f} s"
    )


def _round(environment: Mapping[str, str]) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        compiled = {**environment, "FORYOU_KERNELS": folder}
        return {
            "first": _seconds(compiled),
            "later": _seconds(compiled),
            "plain": _seconds({**compiled, **PLAIN}),
        }


def _seconds(environment: Mapping[str, str]) -> float:
    """Of CPU, until the service answers."""
    with serving(environment) as server:
        return processor_time.seconds(server.process.pid)
