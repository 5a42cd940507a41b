"""Whatever the tables are, no row is lost, and what is left is good."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from ml.dataset.tables import Tables, read
from ml.dataset.validation import validate
from ml.schema import TABLES
from ml.state.updates import tables_to_events
from tests.unit.ml.dataset.dirty_tables import dirty, write

few = settings(max_examples=30, deadline=None)


@few
@given(dirty())
def test_rows_in_are_rows_used_and_rows_rejected_with_a_reason(
    frames: dict[str, pl.DataFrame],
) -> None:
    with TemporaryDirectory() as folder:
        found = validate(write(frames, Path(folder)))
    assert found.tables.keys() == frames.keys()
    for name, table in found.tables.items():
        rejected = table.rejected() if table.violations else table.raw.clear()
        if table.violations:
            assert rejected["reason"].str.len_chars().min()
            rejected = rejected.drop("reason")
        used = table.raw.filter(table.usable)
        assert len(table.used) + len(rejected) == len(frames[name])
        assert_frame_equal(pl.concat([used, rejected]), frames[name], check_row_order=False)


@few
@given(dirty())
def test_what_is_left_has_no_fault(frames: dict[str, pl.DataFrame]) -> None:
    """One pass reaches the fixed point: what remains can be read, and turned into events."""
    with TemporaryDirectory() as folder:
        found = validate(write(frames, Path(folder) / "all"))
        if found.problems(rejecting=True):
            return
        left = {name: table.raw.filter(table.usable) for name, table in found.tables.items()}
        tables = read(write(left, Path(folder) / "left"))
        for table in TABLES:
            assert_frame_equal(getattr(Tables.of(found), table.name), getattr(tables, table.name))
    users, tweets = tables_to_events.catalog(tables)
    events = tables_to_events.events(tables, users, tweets)
    assert (events.user >= 0).all()
    assert ((events.tweet >= 0) | (events.target >= 0)).all()
