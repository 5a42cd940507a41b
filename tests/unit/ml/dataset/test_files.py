"""The same tables, whatever file they came in."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from ml.dataset import files
from ml.dataset.tables import Tables
from ml.dataset.validation import validate
from ml.errors import DataError
from ml.schema import TABLES
from tests.unit.ml.dataset.dirty_tables import dirty, write


def as_strings(frames: dict[str, pl.DataFrame], prefix: str) -> dict[str, pl.DataFrame]:
    ids = pl.selectors.ends_with("_id")
    return {
        name: frame.with_columns(ids.cast(pl.String).str.replace("^", prefix))
        for name, frame in frames.items()
    }


@pytest.mark.parametrize("prefix", [None, "", "user:"], ids=["int64", "digits", "names"])
@settings(max_examples=12, deadline=None)
@given(frames=dirty())
def test_csv_and_parquet_hold_the_same_tables(
    prefix: str | None, frames: dict[str, pl.DataFrame]
) -> None:
    frames = frames if prefix is None else as_strings(frames, prefix)
    with TemporaryDirectory() as folder:
        found = [
            validate(write(frames, Path(folder) / suffix, suffix)) for suffix in files.SUFFIXES
        ]
        parquet, csv = map(Tables.of, found)
    one, other = (len(each.problems(rejecting=False)) for each in found)
    assert one == other
    assert parquet.missing == csv.missing
    for table in TABLES:
        assert_frame_equal(getattr(parquet, table.name), getattr(csv, table.name))


def test_an_empty_line_is_a_row_only_where_there_is_one_column(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("user_id\n1\n\n2\n")
    two.write_text("user_id,name\n1,a\n\n2,b\n")
    assert files.load(one)["user_id"].to_list() == ["1", None, "2"]
    assert files.load(two)["user_id"].to_list() == ["1", "2"]


def test_what_spreadsheets_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes('\ufeffuser_id,name\r\n1,"a\r\nb"\r\n2,\r\n3,""\r\n'.encode())
    assert files.load(path).rows() == [("1", "a\r\nb"), ("2", None), ("3", "")]


def test_a_path_is_a_name_and_not_a_pattern(tmp_path: Path) -> None:
    folder = write({"users": pl.DataFrame({"user_id": [1]})}, tmp_path / "day=[1]*")
    assert files.load(folder / "users.parquet").columns == ["user_id"]


def test_the_same_bytes_have_the_same_fingerprint(tiny_data: Path, tmp_path: Path) -> None:
    names = ("users", "tweets", "interactions")
    frames = {name: pl.read_parquet(tiny_data / f"{name}.parquet") for name in names}
    one, other = write(frames, tmp_path / "one"), write(frames, tmp_path / "other")
    assert files.fingerprint(one) == files.fingerprint(other)
    assert files.fingerprint(one) != files.fingerprint(tiny_data)
    (other / "users.parquet").unlink()
    with pytest.raises(DataError, match="required"):
        files.fingerprint(other)
