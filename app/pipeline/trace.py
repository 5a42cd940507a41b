"""The trace of one run: per component its rows in, rows out, time and error."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from time import perf_counter_ns
from types import TracebackType

from app.pipeline.failures import BrokenContractError, FailedClosedError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Span:
    stage: str
    component: str
    rows_in: int
    rows_out: int
    micros: int = 0
    error: str | None = None


@dataclass(slots=True)
class Trace:
    spans: list[Span] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        """The components that failed, each once, in the order in which they did."""
        return list(dict.fromkeys(span.component for span in self.spans if span.error))

    def span(
        self, stage: str, component: object, rows_in: int, *, forgive: bool = False
    ) -> _Running:
        """Time a component. Its failure is recorded; `forgive` lets the run go on."""
        span = Span(stage, type(component).__name__, rows_in, rows_in)
        self.spans.append(span)
        return _Running(span, forgive)


@dataclass(slots=True)
class _Running:
    """A span while it lasts; a class, because twenty generators per request are felt."""

    span: Span
    forgive: bool
    start: int = 0

    def __enter__(self) -> Span:
        self.start = perf_counter_ns()
        return self.span

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self.span.micros = (perf_counter_ns() - self.start) // 1000
        if not isinstance(error, Exception):
            return False
        self.span.error, self.span.rows_out = repr(error), 0
        if not self.forgive or isinstance(error, BrokenContractError | FailedClosedError):
            return False
        logger.warning(
            "%s %s failed and is missed", self.span.stage, self.span.component, exc_info=error
        )
        return True
