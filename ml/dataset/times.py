"""Converts times of any usual type or spelling to unix seconds."""

from __future__ import annotations

from typing import Final

import polars as pl

FAR: Final = 2.0**62  # beyond any time, and still an int64
PER_SECOND: Final = {"ms": 10**3, "us": 10**6, "ns": 10**9}
WRITTEN: Final = "%Y-%m-%dT%H:%M:%S%.f%#z"
SPELLINGS: Final = (  # what people write, made into the one form that is parsed
    (r"^(\d{4}-\d\d-\d\d)$", "${1}T00:00:00"),
    (r"^(.{10}) ", "${1}T"),
    (r"(T\d\d:\d\d)(Z|[+-]|$)", "${1}:00${2}"),
    (r"( UTC|Z)$", "+00:00"),
    (r"(T[\d:.]+)$", "${1}+00:00"),
)


def as_seconds(column: pl.Series) -> pl.Series:
    """Convert times to whole unix seconds, with null where a value is not a time; UTC is assumed.

    Raises:
        PolarsError: values of this type cannot be times.
    """
    if isinstance(column.dtype, pl.Datetime):
        return column.to_physical() // PER_SECOND[column.dtype.time_unit]
    if column.dtype == pl.Date:
        return column.to_physical().cast(pl.Int64) * 86_400
    if column.dtype == pl.String:
        seconds = column.cast(pl.Float64, strict=False)
        if seconds.null_count() > column.null_count():
            seconds = seconds.zip_with(seconds.is_not_null(), _parsed(column).cast(pl.Float64))
        column = seconds
    if column.dtype.is_float():
        column = column.fill_nan(None).clip(-FAR, FAR).floor()
    elif not column.dtype.is_integer():
        raise pl.exceptions.ComputeError("not times")
    return column.cast(pl.Int64, strict=False)


def _parsed(column: pl.Series) -> pl.Series:
    text = column.str.strip_chars()
    for spelling, plain in SPELLINGS:
        text = text.str.replace(spelling, plain)
    return text.str.to_datetime(WRITTEN, time_zone="UTC", strict=False).dt.epoch("s")
