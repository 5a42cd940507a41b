"""Ids are int64 or strings, of one kind in a whole dataset."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

import polars as pl

LONGEST: Final = 128
OTHER_CHARACTERS: Final = r"[^\w.:@-]"
LEADING_ZEROS: Final = r"^(-?)\+?0*(\d+)(\.0+)?$"


class IdKind(Enum):
    """The kind of the ids of a dataset."""

    INTEGER = "int64"
    TEXT = "string"

    @property
    def dtype(self) -> type[pl.DataType]:
        """The type of a column of such ids."""
        return pl.Int64 if self is IdKind.INTEGER else pl.String


def kind_of(columns: Iterable[pl.Series]) -> IdKind:
    """Integers where every id is one, also as text; otherwise strings."""
    texts = (column for column in columns if column.dtype == pl.String)
    return IdKind.INTEGER if all(map(_are_integers, texts)) else IdKind.TEXT


def as_ids(column: pl.Series, kind: IdKind) -> pl.Series:
    """Convert a column to ids of a kind; null where a value is not an id."""
    if kind is IdKind.INTEGER:
        numbers = column.cast(pl.Int64, strict=False)
        if column.dtype != pl.String:
            return numbers
        return numbers.set(numbers.cast(pl.String) != column, None)
    text = column.cast(pl.String)
    lengths = text.str.len_chars()
    return text.set(~lengths.is_between(1, LONGEST) | text.str.contains(OTHER_CHARACTERS), None)


def as_spelled_plainly(ids: pl.Series) -> pl.Series:
    """Ids in one spelling of numbers: '7' for '007' and '7.0'."""
    return ids.str.replace(LEADING_ZEROS, "${1}${2}") if ids.dtype == pl.String else ids


def _are_integers(column: pl.Series) -> bool:
    written = column.replace("", None)
    return as_ids(written, IdKind.INTEGER).null_count() == written.null_count()
