"""Finds numbers that could be read as unix seconds but count days, spell dates or mean nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from ml.dataset.spreadsheet_cells import Misreading
from ml.schema import EARLIEST, LATEST

DAY_NUMBERS: Final = (20_000, 80_000)  # 1954 to 2119, as spreadsheets count days
DATES: Final = (19_700_101, 21_001_231)  # as YYYYMMDD
YEAR_2000: Final = 946_684_800
A_DAY: Final = 86_400
WRITE: Final = "write unix seconds, or a date like 2026-02-25T06:00:00Z"


def misread_times(column: pl.Series, seconds: pl.Series) -> list[Misreading]:
    """The cells that are not the times that they were converted to.

    A few small seconds are valid where a column grows from zero, as in a site's own count; not so
    beside times after 2000, with a fraction, or where a column holds nothing else. Beside a date
    that is written out, 20260225 is a date as well.

    Args:
        column: the cells as they were read.
        seconds: (rows,) what they were converted to; null where they are no times.
    """
    valid = seconds.is_between(EARLIEST, LATEST).fill_null(False)
    is_recent = valid.any() and np.median(seconds.filter(valid).to_numpy()) >= YEAR_2000
    numbers = _numbers(column)
    fraction = (numbers % 1 != 0).fill_null(False)
    days = valid & seconds.is_between(*DAY_NUMBERS).fill_null(False)
    is_number = numbers.is_not_null()
    day_number = days if is_recent else days & fraction
    if _are_all(days & is_number, valid):
        day_number = days
    dates = valid & is_number & ~fraction & _are_dates(seconds)
    is_written_out = bool((valid & ~is_number).any())
    if not is_recent and not is_written_out and not _are_all(dates, valid):
        dates = dates & False  # they count from zero
    zeros = valid & (seconds == 0).fill_null(False)
    near = zeros if _are_all(zeros & is_number, valid) else zeros & False
    if is_recent:
        near = valid & (seconds < A_DAY).fill_null(False) & ~day_number
    return [
        Misreading("a day number, as spreadsheets write times", WRITE, day_number),
        Misreading("a date written as YYYYMMDD", WRITE, dates),
        Misreading("too near 1970, as a missing time becomes", "leave it empty", near),
    ]


def _numbers(column: pl.Series) -> pl.Series:
    """The cells that are numbers; null for dates and timestamps."""
    if column.dtype == pl.String or column.dtype.is_numeric():
        return column.cast(pl.Float64, strict=False)
    return pl.repeat(None, len(column), dtype=pl.Float64, eager=True)


def _are_dates(seconds: pl.Series) -> pl.Series:
    within = seconds.is_between(*DATES) & (seconds // 100 % 100).is_between(1, 12)
    return (within & (seconds % 100).is_between(1, 31)).fill_null(False)


def _are_all(some: pl.Series, valid: pl.Series) -> bool:
    return bool(valid.any()) and bool((some == valid).all())
