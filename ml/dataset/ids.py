"""Ids are int64 or strings, of one kind in a whole dataset."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final
from unicodedata import normalize

import polars as pl

from ml import ids

ASCII_IDS: Final = rf"^[!-~]{{1,{ids.MAX_LENGTH}}}$"  # all ids without a letter beyond ASCII
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
    return text.set(~_are_ids(text), None)


def not_in_nfc(column: pl.Series) -> pl.Series:
    """(rows,) True for texts that would be ids in Unicode's normal form NFC."""
    text = column.cast(pl.String)
    others = text.filter(~_are_ids(text)).unique()
    respelled = [one for one in others if ids.is_id(normalize("NFC", one))]
    return text.is_in(respelled).fill_null(False)


def as_spelled_plainly(column: pl.Series) -> pl.Series:
    """Ids in one spelling of numbers: '7' for '007' and '7.0'."""
    if column.dtype != pl.String:
        return column
    return column.str.replace(LEADING_ZEROS, "${1}${2}")


def _are_ids(text: pl.Series) -> pl.Series:
    """(rows,) True for ids, null for null; only what is not ASCII is looked at one by one."""
    are = text.str.contains(ASCII_IDS)
    others = text.filter(~are).unique()
    return are | text.is_in([one for one in others if ids.is_id(one)])


def _are_integers(column: pl.Series) -> bool:
    written = column.replace("", None)
    return as_ids(written, IdKind.INTEGER).null_count() == written.null_count()
