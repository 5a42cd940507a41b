"""Moments as answers have them: UTC datetimes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from ml.state.structures.event_order import UNKNOWN_TIME

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
REMEMBERED: Final = 16_384  # times: some tweets are on many pages


def instant(at: int) -> datetime:
    """A unix time as a UTC datetime."""
    return datetime.fromtimestamp(at, UTC)


@lru_cache(maxsize=REMEMBERED)
def stated(micros: int) -> datetime | None:
    """A `created_at` as it was given, in microseconds, as a UTC datetime; None where unknown."""
    return None if micros == UNKNOWN_TIME else EPOCH + timedelta(microseconds=micros)
