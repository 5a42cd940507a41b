"""Counts of several processes in one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.observability.counts import BLOCK_BYTES, NAMES, Counts, OwnCounts, SharedCounts


@pytest.fixture(params=["own", "shared"])
def counts(request: pytest.FixtureRequest, tmp_path: Path) -> Counts:
    return OwnCounts() if request.param == "own" else SharedCounts(tmp_path)


def test_a_row_begins_at_zero_and_keeps_what_is_added(counts: Counts) -> None:
    one, other = counts.row(("one", "label"), 3), counts.row(("other",), 1)
    one[1] += 2
    one[-1] += 0.5
    other[0] += 7
    rows = {key: row.tolist() for key, row in counts.rows().items()}
    assert rows == {("one", "label"): [0, 2, 0.5], ("other",): [7]}


def test_more_rows_than_a_block_holds_are_all_kept(counts: Counts) -> None:
    width = 7
    rows = [counts.row((str(number),), width) for number in range(BLOCK_BYTES // 8 // width + 20)]
    for number, row in enumerate(rows):
        row[0] += number
        row[width - 1] += 1
    assert [row.tolist() for row in counts.rows().values()] == [
        [number, 0, 0, 0, 0, 0, 1] for number in range(len(rows))
    ]


def test_the_rows_of_processes_are_added_by_key(tmp_path: Path) -> None:
    one, other = SharedCounts(tmp_path), SharedCounts(tmp_path)
    other.row(("theirs",), 1)[0] += 5  # so that the same row has another place
    for counts in (one, other):
        counts.row(("both",), 2)[1] += 1
    for counts in (one, other):
        assert {key: row.tolist() for key, row in counts.rows().items()} == {
            ("both",): [0, 2], ("theirs",): [5]
        }  # fmt: skip


def test_a_name_that_is_being_written_is_not_read(tmp_path: Path) -> None:
    counts = SharedCounts(tmp_path)
    counts.row(("whole",), 1)
    (names,) = tmp_path.glob(f"*{NAMES}")
    with names.open("a") as file:
        file.write('[1, 1, "ha')
    assert list(counts.rows()) == [("whole",)]
