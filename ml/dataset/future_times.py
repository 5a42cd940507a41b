"""Finds times that are ahead of this machine's clock; the feed shows nothing before its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ml.dataset.validated_table import ValidatedTable
from ml.dataset.violations import Violation

AHEAD_SECONDS: Final = 300  # how far the clocks that wrote the data may be ahead of ours
COLUMN: Final = "created_at"  # when something happened; other times may well be to come


def ahead(validated: ValidatedTable, now: float) -> Iterator[Violation]:
    """The rows that are more than AHEAD_SECONDS ahead of `now`, which is in unix seconds."""
    rows = (validated.frame[COLUMN] > int(now) + AHEAD_SECONDS).fill_null(False)
    if rows.any():
        remedy = "mend the clock that wrote it, or set it aside"
        yield Violation(COLUMN, f"more than {AHEAD_SECONDS} s in the future", remedy, rows)
