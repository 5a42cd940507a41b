"""Whoever wrote a time, it is the same second."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest

from ml.dataset.times import as_seconds

NOON = 1_709_294_400  # 2024-03-01 12:00 UTC


@pytest.mark.parametrize(
    "written",
    [
        "1709294400",
        "1709294400.9",
        "2024-03-01T12:00:00Z",
        "2024-03-01T12:00",
        "2024-03-01 12:00:00",
        "2024-03-01 12:00:00 UTC",
        "2024-03-01T14:00:00.25+02:00",
        "2024-03-01 17:30:00+0530",
        "2024-03-01T07:00-05:00",
    ],
)
def test_text_is_a_time(written: str) -> None:
    beside = pl.Series(["1970-01-02", written, "yesterday", None])  # forms may be mixed
    assert as_seconds(beside).to_list() == [86_400, NOON, None, None]


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([NOON], dtype=pl.UInt32),
        pl.Series([NOON + 0.5]),
        pl.Series([datetime(2024, 3, 1, 12)]),
        pl.Series([datetime(2024, 3, 1, 12, tzinfo=UTC)], dtype=pl.Datetime("ns", "UTC")),
        pl.Series([datetime(2024, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))]),
    ],
    ids=["unsigned", "float", "naive", "UTC", "elsewhere"],
)
def test_types_are_times(column: pl.Series) -> None:
    assert as_seconds(column).to_list() == [NOON]


def test_a_date_is_its_midnight() -> None:
    assert as_seconds(pl.Series([date(1970, 1, 2)])).to_list() == [86_400]


def test_a_moment_before_1970_is_not_after_it() -> None:
    assert as_seconds(pl.Series([-0.5, float("nan"), 1e300])).to_list() == [-1, None, 2**62]
    assert as_seconds(pl.Series(["1969-12-31 23:59:59.5"])).to_list() == [-1]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_no_stored_time_is_too_far_to_read(unit: str) -> None:
    physical = pl.Series([-1, 2**62, -(2**62)])
    before, late, early = as_seconds(physical.cast(pl.Datetime(unit))).to_list()  # type: ignore[arg-type]
    assert before == -1
    assert early < 0 < late


def test_a_flag_is_no_time() -> None:
    with pytest.raises(pl.exceptions.PolarsError):
        as_seconds(pl.Series([True]))
