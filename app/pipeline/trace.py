"""The diary of one run: who was asked, how many rows went in and came out, how long it took."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter_ns

from app.pipeline.failures import BrokenContractError

log = logging.getLogger(__name__)


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

    @contextmanager
    def span(
        self, stage: str, component: object, rows_in: int, *, forgive: bool = False
    ) -> Iterator[Span]:
        """Time a component. Its failure is written down; `forgive` lets the run go on."""
        span = Span(stage, type(component).__name__, rows_in, rows_in)
        self.spans.append(span)
        start = perf_counter_ns()
        try:
            yield span
        except Exception as error:
            span.error, span.rows_out = repr(error), 0
            if not forgive or isinstance(error, BrokenContractError):
                raise
            log.warning("%s %s failed and is missed", stage, span.component, exc_info=True)
        finally:
            span.micros = (perf_counter_ns() - start) // 1000
