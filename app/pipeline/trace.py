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
    """One run of a component, which lasts as long as the span is entered."""

    stage: str
    component: str
    rows_in: int
    rows_out: int
    micros: int = 0
    error: str | None = None
    forgives: bool = False  # where the component fails, the run goes on
    _start: int = 0

    def __enter__(self) -> Span:
        self._start = perf_counter_ns()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self.micros = (perf_counter_ns() - self._start) // 1000
        if error is None or not isinstance(error, Exception):
            return False
        self.error, self.rows_out = repr(error), 0
        if not self.forgives or isinstance(error, BrokenContractError | FailedClosedError):
            return False
        logger.warning("%s %s failed and is missed", self.stage, self.component, exc_info=error)
        return True


@dataclass(slots=True)
class Trace:
    spans: list[Span] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        """The components that failed, each once, in the order in which they did."""
        return list(dict.fromkeys(span.component for span in self.spans if span.error))

    def span(self, stage: str, component: object, rows_in: int, *, forgive: bool = False) -> Span:
        """Time a component. Its failure is recorded; `forgive` lets the run go on."""
        span = Span(stage, type(component).__name__, rows_in, rows_in, 0, None, forgive)
        self.spans.append(span)
        return span
