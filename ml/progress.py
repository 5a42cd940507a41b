"""Progress of long work: a bar on a terminal, elsewhere a line every ten seconds at most."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol, TextIO, TypeVar

from tqdm import tqdm

SECONDS: Final = 10.0  # between two lines
FORESEEABLE: Final = 0.01  # the share that must be done before the rest is estimated
T = TypeVar("T")


class Progress(Protocol):
    """The report of work that goes on."""

    def update(self, n: int = 1) -> object:
        """So many more units are done."""

    def set_postfix_str(self, s: str) -> None:
        """Add a note on the work so far, such as a loss."""


class Lines:
    """A line of what is being done, how far, and how long it will still take."""

    def __init__(
        self, total: int, what: str, unit: str, out: TextIO, clock: Callable[[], float]
    ) -> None:
        self._total, self._what, self._unit = total, what.strip(), unit
        self._out, self._clock = out, clock
        self._start = self._last = clock()
        self._done = 0
        self._note = ""

    def update(self, n: int = 1) -> None:
        self._done += n
        now = self._clock()
        if now - self._last >= SECONDS and self._done:
            self._last = now
            share = self._done / max(self._total, 1)
            note = f", {self._note}" if self._note else ""
            if share >= FORESEEABLE:
                left = (now - self._start) / self._done * max(self._total - self._done, 0)
                note += f", about {left:.0f} s left"
            print(
                f"{self._what}: {self._done:,} of {self._total:,} {self._unit} ({share:.0%}){note}",
                file=self._out,
                flush=True,
            )

    def set_postfix_str(self, s: str) -> None:
        self._note = s


class Reported:
    """Reports to another process, which shows it, once a second at most."""

    def __init__(self, report: Callable[[int], None], clock: Callable[[], float]) -> None:
        self._report, self._clock, self._last, self._new = report, clock, clock(), 0

    def update(self, n: int = 1) -> None:
        self._new += n
        if self._clock() - self._last >= 1:
            self.close()

    def set_postfix_str(self, s: str) -> None:
        """Notes are left out."""

    def close(self) -> None:
        """Report the rest."""
        self._report(self._new)
        self._new, self._last = 0, self._clock()


_REPORTER: Final = ContextVar[Callable[[int], None] | None]("reporter", default=None)


@contextmanager
def reported_to(report: Callable[[int], None]) -> Iterator[None]:
    """Show no progress in here, but report the units of work that are done."""
    token = _REPORTER.set(report)
    try:
        yield
    finally:
        _REPORTER.reset(token)


@contextmanager
def progress(
    total: int,
    what: str,
    unit: str,
    out: TextIO | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Progress]:
    """Show how far some work is, on standard error unless `out` is given.

    Args:
        total: units of work.
        what: what is being done, such as "replay".
        unit: the name of a unit in the plural, such as "rows".
        clock: seconds.
    """
    out = out or sys.stderr
    if (report := _REPORTER.get()) is not None:
        reported = Reported(report, clock)
        yield reported
        reported.close()
    elif out.isatty():
        with tqdm(total=total, desc=f"{what:<14}", unit=f" {unit}", file=out, leave=False) as bar:
            yield bar
    else:
        yield Lines(total, what, unit, out, clock)


def tracked(items: Iterable[T], what: str, unit: str, total: int | None = None) -> Iterator[T]:
    """The same items, while progress is shown."""
    if total is None:
        total = len(items) if isinstance(items, Sized) else 0
    with progress(total, what, unit) as shown:
        for item in items:
            yield item
            shown.update()
