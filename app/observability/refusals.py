"""Refusals in the log: one line per kind and second, however many there are."""

from __future__ import annotations

import logging
from typing import Final

SECONDS: Final = 1.0
MAX_KINDS: Final = 1_000  # remembered at once
STATUSES: Final = frozenset({401, 403, 408, 429, 503})
"""Answers that turn a caller away, which a flood can cause without end."""

logger = logging.getLogger(__name__)


class OncePerSecond(logging.Filter):
    """Passes one record per message template and second; the next one counts what was left out."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind = str(record.msg)
        if record.created - self._passed.get(kind, -SECONDS) < SECONDS:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return False
        if len(self._passed) >= MAX_KINDS:
            self._passed.clear()
        self._passed[kind] = record.created
        if left_out := self._left_out.pop(kind, 0):
            record.msg = f"{kind} (and {left_out} more since the last such line)"
        return True


def install() -> None:
    """Limit the lines of our refusals and of the server's warnings about bad requests."""
    for name in (__name__, "uvicorn.error"):
        limited = logging.getLogger(name)
        if not any(isinstance(one, OncePerSecond) for one in limited.filters):
            limited.addFilter(OncePerSecond())
