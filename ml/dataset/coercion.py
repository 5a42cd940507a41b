"""Converts one column from the types that files have to the declared type of its field."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final

import polars as pl

from ml.actions import BY_LABEL
from ml.dataset import spreadsheet_cells
from ml.dataset.day_numbers import misread_times
from ml.dataset.ids import IdKind, as_ids, kind_of, not_in_nfc
from ml.dataset.renamed_values import OURS
from ml.dataset.spreadsheet_cells import Misreading
from ml.dataset.times import as_seconds
from ml.dataset.violations import Violation
from ml.errors import DataError
from ml.ids import MAX_EVENT_ID_LENGTH
from ml.schema import EARLIEST, LATEST, VISIBILITIES, Field, Kind

DTYPES: Final[dict[Kind, type[pl.DataType] | pl.DataType]] = {
    Kind.TIME: pl.Int64,
    Kind.EVENT_ID: pl.String,
    Kind.TEXT: pl.String,
    Kind.WORDS: pl.List(pl.String),
    Kind.FLAG: pl.Boolean,
    Kind.NUMBER: pl.Float64,
    Kind.ACTION: pl.String,
    Kind.SPLIT: pl.String,
    Kind.IDS: pl.List(pl.String),
    Kind.VISIBILITY: pl.String,
}
OPAQUE_IDS: Final = ("request_id",)  # which may be of a kind of their own
ID: Final = Field("id", Kind.ID)
FLAGS: Final = {"0": False, "1": True, "0.0": False, "1.0": True, "false": False, "true": True}
NOT_ONE: Final = {
    Kind.ID: "not an id",
    Kind.EVENT_ID: "not an event id",
    Kind.TIME: "not a time",
    Kind.WORDS: "a list in brackets",
    Kind.FLAG: "neither true nor false",
    Kind.NUMBER: "not a finite number",
    Kind.ACTION: "unknown action",
    Kind.SPLIT: "neither train nor test",
    Kind.IDS: "not a list of ids",
    Kind.VISIBILITY: "unknown visibility",
}
NOT_IN_NFC: Final = "not in Unicode's normal form NFC, so not an id"
TIMES: Final = (
    "times are unix seconds from 1970 to 2100; divide milliseconds by 1,000, and leave a missing "
    "time empty"
)
RENAME: Final = (
    "a column map (--map) renames other words: {name} = {{ column = THEIRS, values = {{ THEIRS = "
    "OURS }} }}"
)
NORMALISE: Final = "ids are compared byte for byte; normalise them to NFC in every table"


def declared(
    raw: pl.DataFrame, field: Field, kind: IdKind, *, as_sent: bool = False
) -> tuple[pl.Series, list[Violation]]:
    """Convert a column to its declared type, with null for invalid values, and list violations.

    Args:
        as_sent: the rows are those of the log, where `101.0` is an id and 0 a time; in files such
            cells are taken for slips.

    Raises:
        DataError: the column is missing or of the wrong type.
    """
    if field.name not in raw.columns:
        if field.required:
            raise DataError(
                f"column {field.name!r} is missing; found "
                f"{', '.join(map(repr, raw.columns)) or 'no columns'}; add it as "
                f'{field.kind.value}, or name yours in a column map (--map): {field.name} = "YOURS"'
            )
        return pl.Series(field.name, [None] * len(raw), dtype(field, kind)), []
    column = _plain(raw[field.name], field)
    if field.name in OPAQUE_IDS:
        kind = kind_of([column])
    if column.null_count() == len(column):
        converted = pl.Series(field.name, [None] * len(column), dtype(field, kind))
    else:
        try:
            converted = _convert(column, field, kind)
        except pl.exceptions.PolarsError as error:
            remedy = "convert it"
            if column.dtype.is_float() and field.kind is Kind.ID:
                remedy = "write it as Int64 (a gap turns a column of integers into decimals)"
            raise DataError(
                f"column {field.name!r} is {raw[field.name].dtype}, expected {field.kind.value}; "
                f"{remedy}"
            ) from error
    return _checked(column, converted, field, kind, as_sent)


def dtype(field: Field, kind: IdKind) -> type[pl.DataType] | pl.DataType:
    """The declared type of a column."""
    return kind.dtype if field.kind is Kind.ID else DTYPES[field.kind]


def _checked(
    column: pl.Series, converted: pl.Series, field: Field, kind: IdKind, as_sent: bool
) -> tuple[pl.Series, list[Violation]]:
    violations = []
    if not field.nullable:
        violations.append(Violation(field.name, f"no {field.name}", "fill it in", column.is_null()))
    bad = column.is_not_null() & converted.is_null()
    for misreading in _misread(column, converted, field, kind, as_sent):
        rows = misreading.rows & column.is_not_null()
        violations.append(Violation(field.name, misreading.reason, misreading.remedy, rows))
        converted, bad = converted.set(rows, None), bad & ~rows
    if field.kind in NOT_ONE:
        reason, expected = NOT_ONE[field.kind], f"expected {field.kind.value}"
        if field.kind is Kind.ID and kind is IdKind.INTEGER and column.dtype == pl.String:
            reason, expected = "not an int64 id", "write ids as the other tables do"
        if field.kind in OURS and not as_sent:
            expected += f"; {RENAME.format(name=field.name)}"
        violations.append(Violation(field.name, reason, expected, bad))
    return converted, [violation for violation in violations if violation.rows.any()]


def _misread(
    column: pl.Series, converted: pl.Series, field: Field, kind: IdKind, as_sent: bool
) -> Iterator[Misreading]:
    """The cells that have a reason of their own not to be what they were converted to."""
    match field.kind:
        case Kind.ID if kind is IdKind.TEXT:
            yield Misreading(NOT_IN_NFC, NORMALISE, converted.is_null() & not_in_nfc(column))
        case Kind.ID if not as_sent:
            yield from spreadsheet_cells.of_ids(column)
        case Kind.TIME:
            outside = ~converted.is_between(EARLIEST, LATEST)
            yield Misreading("time out of range", TIMES, outside.fill_null(False))
            if not as_sent:
                yield from misread_times(column, converted)
        case Kind.NUMBER if field.within is not None:
            outside = ~converted.is_between(*field.within)
            low, high = field.within
            span = f"{low:g} and above" if math.isinf(high) else f"{low:g} to {high:g}"
            remedy = "leave what is not known empty"
            yield Misreading(f"outside {span}", remedy, outside.fill_null(False))


def _plain(column: pl.Series, field: Field) -> pl.Series:
    """The column without categorical encodings, and with null for empty values."""
    if column.dtype in (pl.Categorical, pl.Enum):
        column = column.cast(pl.String)
    if column.dtype == pl.String and field.kind is not Kind.TEXT:
        column = column.replace("", None)
    if column.dtype.is_float() and column.is_nan().all(ignore_nulls=True):
        column = column.fill_nan(None)  # nothing but gaps
    return column


def _convert(column: pl.Series, field: Field, kind: IdKind) -> pl.Series:
    if field.kind is Kind.ID:
        if not (column.dtype.is_integer() or column.dtype == pl.String):
            raise pl.exceptions.ComputeError("not ids")
        return as_ids(column, kind)
    if field.kind is Kind.IDS:
        return _id_lists(column, kind)
    return CONVERTERS[field.kind](column)


def _text(column: pl.Series) -> pl.Series:
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        raise pl.exceptions.ComputeError("not text")
    return column.cast(pl.String)


def _event_ids(column: pl.Series) -> pl.Series:
    if not (column.dtype.is_integer() or column.dtype == pl.String):
        raise pl.exceptions.ComputeError("not event ids")
    text = column.cast(pl.String)
    return text.set(~text.str.len_chars().is_between(1, MAX_EVENT_ID_LENGTH), None)


def _words(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column.set(spreadsheet_cells.bracketed(column), None).str.split("|")
    return column.cast(pl.List(pl.String))


def _id_lists(column: pl.Series, kind: IdKind) -> pl.Series:
    """Lists of ids in the spelling of other columns; null where one of them is no id."""
    lists = column.str.split("|") if column.dtype == pl.String else column
    if not isinstance(lists.dtype, pl.List | pl.Array):
        raise pl.exceptions.ComputeError("not lists")
    rows = pl.DataFrame({"ids": lists}).with_row_index("row")
    named = rows.explode("ids").drop_nulls()
    ids = _convert(named["ids"].cast(pl.String) if named.is_empty() else named["ids"], ID, kind)
    named = named.with_columns(ids=ids.cast(pl.String), wrong=ids.is_null())
    found = named.group_by("row").agg("ids", pl.col("wrong").any())
    empty = pl.when(pl.Series(lists).is_not_null()).then(pl.lit([], pl.List(pl.String)))
    joined = rows.select("row").join(found, on="row", how="left", maintain_order="left")
    whole = pl.when(~pl.col("wrong").fill_null(False)).then(pl.col("ids").fill_null(empty))
    return joined.select(whole.alias(column.name)).to_series()


def _flags(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column.str.to_lowercase().replace_strict(
            FLAGS, default=None, return_dtype=pl.Boolean
        )
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).replace_strict(
            {0.0: False, 1.0: True}, default=None, return_dtype=pl.Boolean
        )
    if column.dtype != pl.Boolean:
        raise pl.exceptions.ComputeError("not flags")
    return column


def _numbers(column: pl.Series) -> pl.Series:
    """Numbers that are finite, also as the float32 that models read."""
    if not (column.dtype.is_numeric() or column.dtype == pl.String):
        raise pl.exceptions.ComputeError("not numbers")
    numbers = column.cast(pl.Float64, strict=False)
    return numbers.set(~numbers.cast(pl.Float32).is_finite(), None)


def _one_of(*allowed: str) -> Callable[[pl.Series], pl.Series]:
    def convert(column: pl.Series) -> pl.Series:
        text = _text(column)
        return text.set(~text.is_in(allowed), None)

    return convert


CONVERTERS: Final[dict[Kind, Callable[[pl.Series], pl.Series]]] = {
    Kind.EVENT_ID: _event_ids,
    Kind.TIME: as_seconds,
    Kind.TEXT: _text,
    Kind.WORDS: _words,
    Kind.FLAG: _flags,
    Kind.NUMBER: _numbers,
    Kind.ACTION: _one_of(*BY_LABEL),
    Kind.SPLIT: _one_of("train", "test"),
    Kind.VISIBILITY: _one_of(*VISIBILITIES),
}
