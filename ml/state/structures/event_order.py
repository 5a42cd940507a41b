"""Which of two events is the later one? The greater second, then the greater tiebreak."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.arrays import Tiebreaks, Times

NEVER: Final = np.iinfo(np.int64).min // 2  # before everything that ever happened
UNKNOWN_TIME: Final = np.iinfo(np.int64).min // 4  # of what has a time that is not known
MICROS: Final = 1_000_000
HASH_BITS: Final = 44  # what a second's microseconds, below 2^20, leave of 64


def split(micros: int, event_id: str) -> tuple[int, int]:
    """The second of an event of the live log, and its tiebreak: the microsecond, then a hash of its
    id, so that the order of events does not depend on who saw which first."""
    second, micro = divmod(micros, MICROS)
    digest = blake2b(event_id.encode(), digest_size=8).digest()
    return second, micro << HASH_BITS | int.from_bytes(digest, "big") >> (64 - HASH_BITS)


def not_before(
    at: Times, tiebreak: Tiebreaks, then: Times, then_tiebreak: Tiebreaks
) -> NDArray[np.bool_]:
    """Which (at, tiebreak) are as late as (then, then_tiebreak), or later."""
    later: NDArray[np.bool_] = (at > then) | ((at == then) & (tiebreak >= then_tiebreak))
    return later


def stated(frame: pl.DataFrame) -> Times:
    """(rows,) the times of a table as they were given, in microseconds: `stated_at`, or
    `created_at` where all times are true; UNKNOWN_TIME where there is none."""
    at = frame["stated_at"] if "stated_at" in frame.columns else frame["created_at"] * MICROS
    times: Times = at.fill_null(UNKNOWN_TIME).to_numpy()
    return times
