"""The trace of one run: per component its rows in, rows out, time and error."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from time import perf_counter_ns
from typing import NamedTuple, TypeVar

from app.pipeline.failures import BrokenContractError, FailedClosedError

logger = logging.getLogger(__name__)

Component = TypeVar("Component")
Began = tuple[str, str, int]  # stage, component, and its rows in
Lap = tuple[Began, int, int, int, str | None]
"""Then its rows out, when it began by the system's counter and how long it took, both in
nanoseconds, and its error."""


class Span(NamedTuple):
    """One run of a component."""

    stage: str
    component: str
    rows_in: int
    rows_out: int
    micros: int
    error: str | None  # None where it succeeded


class Trace:
    """Components run one after the other: each begins, and then ends or fails."""

    __slots__ = ("_began", "_running", "failed", "laps", "rows")

    def __init__(self) -> None:
        self.laps: list[Lap] = []  # of the components that ran, in order
        self.failed: list[str] = []  # the components that failed, each once
        self.rows = 0  # left by those that run one after the other, in `each`
        self._running: Began | None = None
        self._began = 0

    @property
    def spans(self) -> list[Span]:
        """What every component did, in the order in which they ran."""
        return [
            Span(*began, rows_out, nanoseconds // 1000, error)
            for began, rows_out, _, nanoseconds, error in self.laps
        ]

    @property
    def component(self) -> str:
        """The component that runs; nothing where none does."""
        return self._running[1] if self._running else ""

    def begin(self, stage: str, component: object, rows_in: int) -> None:
        """From here on a component runs."""
        self._running = stage, type(component).__name__, rows_in
        self._began = perf_counter_ns()

    def end(self, rows_out: int) -> None:
        """It has answered."""
        if self._running is not None:
            took = perf_counter_ns() - self._began
            self.laps.append((self._running, rows_out, self._began, took, None))
            self._running = None

    def each(self, stage: str, components: Sequence[Component], rows: int) -> Iterator[Component]:
        """Components of a stage, each of which begins where the one before it ended. To each come
        the `rows` that are left, and the caller lowers it."""
        self.rows, began = rows, perf_counter_ns()
        for component in components:
            running = self._running = stage, type(component).__name__, self.rows
            self._began = began
            yield component
            ended = perf_counter_ns()
            self.laps.append((running, self.rows, began, ended - began, None))
            began = ended
        self._running = None

    def fail(self, error: Exception) -> str:
        """It has raised, if one runs; its name."""
        component = self.component
        if self._running is not None:
            took = perf_counter_ns() - self._began
            self.laps.append((self._running, 0, self._began, took, repr(error)))
            self._running = None
        if component and component not in self.failed:
            self.failed.append(component)
        return component

    def forgive(self, error: Exception) -> None:
        """It has raised, and the run goes on without it.

        Raises:
            BrokenContractError, FailedClosedError: the error is one of these.
        """
        component = self.fail(error)
        if isinstance(error, BrokenContractError | FailedClosedError):
            raise error
        logger.warning("%s failed and is missed", component, exc_info=error)
