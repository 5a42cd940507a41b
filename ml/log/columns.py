"""One column brought from whatever it came as into the form that the rest relies on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from ml.errors import DataError
from ml.schema import BY_LABEL, Field, Kind, Table

DTYPES: Final[dict[Kind, type[pl.DataType] | pl.DataType]] = {
    Kind.ID: pl.Int64,
    Kind.TIME: pl.Int64,
    Kind.TEXT: pl.String,
    Kind.WORDS: pl.List(pl.String),
    Kind.FLAG: pl.Boolean,
    Kind.NUMBER: pl.Float64,
    Kind.ACTION: pl.String,
    Kind.SPLIT: pl.String,
}
LATEST: Final = 7_258_118_400  # 2200-01-01: a later "second" is a millisecond
ID_PATTERN: Final = r"^[\w.:@-]{1,128}$"


def normalise(raw: pl.DataFrame, table: Table, path: Path) -> tuple[pl.DataFrame, list[str]]:
    """The declared columns in their declared form, and the names of those that hold nothing.

    Raises:
        DataError: naming file, column, how many rows, the first examples, and the remedy.
    """
    columns: list[pl.Series] = []
    lacking: list[str] = []
    for field in table.fields:
        if field.name not in raw.columns:
            if field.required:
                raise DataError(
                    f"{path}: column {field.name!r} is missing; found "
                    f"{', '.join(raw.columns) or 'no columns'}; add it as {field.kind.value}"
                )
            column = pl.Series(field.name, [None] * len(raw), DTYPES[field.kind])
        else:
            column = _convert(raw[field.name], field, path)
        if not field.required and column.null_count() == len(column):
            lacking.append(field.name)
        columns.append(column)
    return pl.DataFrame(columns), lacking


def _convert(column: pl.Series, field: Field, path: Path) -> pl.Series:
    if column.dtype == pl.String and field.kind is not Kind.TEXT:
        column = column.replace("", None)
    if column.dtype == pl.Null:
        converted = column.cast(DTYPES[field.kind])
    else:
        try:
            converted = CONVERTERS[field.kind](column)
        except pl.exceptions.PolarsError as error:
            raise DataError(
                f"{path}: column {field.name!r} is {column.dtype}, expected {field.kind.value}"
            ) from error
    bad = column.is_not_null() & converted.is_null()
    if not field.nullable:
        bad = bad | column.is_null()
    if bad.any():
        examples = ", ".join(repr(value) for value in column.filter(bad).head(3))
        raise DataError(
            f"{path}: column {field.name!r} has {bad.sum()} of {len(column)} values that are not "
            f"{field.kind.value}; the first: {examples}"
        )
    return converted


def _ids(column: pl.Series) -> pl.Series:
    if column.dtype.is_integer():
        return column.cast(pl.Int64, strict=False)
    if column.dtype == pl.String:
        numbers = column.cast(pl.Int64, strict=False)
        if (
            numbers.null_count() == column.null_count()
            and (numbers.cast(pl.String) == column).all()
        ):
            return numbers
        matches = pl.select(pl.lit(column).str.contains(ID_PATTERN)).to_series()
        return pl.select(pl.when(matches).then(pl.lit(column))).to_series().rename(column.name)
    raise pl.exceptions.ComputeError("not an id")


def _times(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.epoch("s")
    if column.dtype == pl.Date:
        return column.cast(pl.Datetime).dt.epoch("s")
    if column.dtype == pl.String:
        seconds = column.cast(pl.Float64, strict=False)
        written = column.str.to_datetime(time_zone="UTC", strict=False).dt.epoch("s")
        column = seconds.zip_with(seconds.is_not_null(), written.cast(pl.Float64))
    if not column.dtype.is_numeric():
        raise pl.exceptions.ComputeError("not a time")
    sane = column.is_between(-LATEST, LATEST)
    return (
        column.floor()
        .cast(pl.Int64, strict=False)
        .zip_with(sane, pl.Series([None], dtype=pl.Int64))
    )


def _words(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column.str.split("|")
    return column.cast(pl.List(pl.String))


def _flags(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        spellings = {"0": False, "1": True, "false": False, "true": True}
        return column.str.to_lowercase().replace_strict(
            spellings, default=None, return_dtype=pl.Boolean
        )
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).replace_strict(
            {0.0: False, 1.0: True}, default=None, return_dtype=pl.Boolean
        )
    return column.cast(pl.Boolean)


def _numbers(column: pl.Series) -> pl.Series:
    numbers = column.cast(pl.Float64, strict=False)
    return numbers.zip_with(numbers.is_finite(), pl.Series([None], dtype=pl.Float64))


def _one_of(*allowed: str) -> Callable[[pl.Series], pl.Series]:
    def convert(column: pl.Series) -> pl.Series:
        text = column.cast(pl.String)
        return text.zip_with(text.is_in(allowed), pl.Series([None], dtype=pl.String))

    return convert


CONVERTERS: Final[dict[Kind, Callable[[pl.Series], pl.Series]]] = {
    Kind.ID: _ids,
    Kind.TIME: _times,
    Kind.TEXT: lambda column: column.cast(pl.String),
    Kind.WORDS: _words,
    Kind.FLAG: _flags,
    Kind.NUMBER: _numbers,
    Kind.ACTION: _one_of(*BY_LABEL),
    Kind.SPLIT: _one_of("train", "test"),
}
