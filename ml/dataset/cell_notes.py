"""Notes on cells of text that are read as they stand, and may have been meant in another way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from ml.dataset import files, spreadsheet_cells
from ml.dataset.ids import IdKind
from ml.dataset.validated_table import ValidatedTable
from ml.schema import Kind

OTHER_SEPARATORS: Final = (",", ";")  # of lists


def cell_notes(table: ValidatedTable, ids: IdKind) -> Iterator[str]:
    """One line per column of a table that has such cells, and one if its separator is unusual."""
    if table.is_csv and (separator := files.separator(table.path)) != ",":
        yield f"{table.path.name}: fields are separated by {separator!r}"
    for field in table.schema.fields:
        if field.name not in table.raw.columns:
            continue
        column, name = table.raw[field.name], f"{table.schema.name}.{field.name}"
        if column.dtype != pl.String:
            continue
        if field.kind in (Kind.TEXT, Kind.WORDS):
            yield from _missing(column, name)
        if field.kind is Kind.WORDS:
            yield from _lists(column, name)
        if field.kind is Kind.ID and ids is IdKind.TEXT:
            yield from _unlikely_ids(column.filter(table.usable), name)


def _missing(column: pl.Series, name: str) -> Iterator[str]:
    cells = column.filter(spreadsheet_cells.missing(column))
    if len(cells):
        yield (
            f"{name}: {_cells(len(cells))} read as the text {cells[0]!r}; leave a missing value "
            f"empty"
        )


def _lists(column: pl.Series, name: str) -> Iterator[str]:
    if column.str.contains("|", literal=True).any():
        return
    for separator in OTHER_SEPARATORS:
        if (several := int(column.str.contains(separator, literal=True).sum())) > 1:
            yield (
                f"{name}: no cell has '|' and {several:,} have {separator!r}; each is read as one "
                f"word, lists are written a|b"
            )
            return


def _unlikely_ids(column: pl.Series, name: str) -> Iterator[str]:
    for misreading in spreadsheet_cells.of_ids(column):
        cells = column.filter(misreading.rows)
        if len(cells):
            yield f"{name}: {_cells(len(cells))} taken as ids although they look like {cells[0]!r}"


def _cells(count: int) -> str:
    return f"{count:,} cell{'s' if count > 1 else ''}"
