"""Decides whether the ids of a dataset are integers or strings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from ml.dataset.coercion import OPAQUE_IDS
from ml.dataset.ids import IdKind, kind_of
from ml.dataset.spreadsheet_cells import without
from ml.schema import TABLES, Kind

Raw = dict[str, tuple[Path, pl.DataFrame]]  # table: where it was, and what was there


def common(raw: Raw, *, as_sent: bool = False) -> IdKind:
    """The kind of all ids: integers, or strings where tables differ.

    In files, a few cells like `101.0` among integers stand for something else and decide nothing;
    `as_sent` are the ids of the log, where each means what it says.
    """
    if _integers(raw) and not mixed(raw):
        return IdKind.INTEGER
    columns = (column for _, column in _ids(raw))
    return kind_of(columns if as_sent else map(without, columns))


def mixed(raw: Raw) -> list[str]:
    """An error line for each id column of strings, where another table has integers."""
    if not (integers := _integers(raw)):
        return []
    path, number = integers[0]
    return [
        f"{other}: column {text.name!r}: ids are strings in {text.count():,} of {len(text):,} "
        f"rows, first {', '.join(map(repr, text.drop_nulls().head(3)))}, but {path.name}'s "
        f"{number.name} is {number.dtype}; write ids as one kind in every table"
        for other, text in _ids(raw)
        if other.suffix != ".csv" and text.dtype == pl.String and text.count()
    ]


def _integers(raw: Raw) -> list[tuple[Path, pl.Series]]:
    return [(path, column) for path, column in _ids(raw) if column.dtype.is_integer()]


def _ids(raw: Raw) -> Iterator[tuple[Path, pl.Series]]:
    """The columns that hold ids of users and tweets."""
    for table in TABLES:
        if table.name not in raw:
            continue
        path, frame = raw[table.name]
        for field in table.fields:
            is_name = field.kind is Kind.ID and field.name not in OPAQUE_IDS
            if is_name and field.name in frame.columns:
                yield path, frame[field.name]
