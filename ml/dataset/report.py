"""What a person wants to know about a folder of tables, on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from ml.dataset.foreign_keys import beginnings_elsewhere
from ml.dataset.missing_columns import COSTS
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.validation import Validation

A_YEAR: Final = 365 * 86_400


def summary(survey: Validation) -> str:
    """Rows, times and columns of each table; what is missing and what that costs; what is odd."""
    sheets = survey.sheets.values()
    rows = [["table", "rows", "from", "to", "columns"], *map(_overview, sheets)]
    costs = [[name, COSTS[name]] for name in survey.missing if name in COSTS]
    notes = [f"  {note}" for note in _notes(survey)]
    paragraphs = [
        [f"{survey.directory} can be used; its ids are {survey.ids.value}"],
        _aligned(rows, right=(1,)),
        ["not in the data:", *_aligned(costs)] if costs else [],
        ["worth knowing:", *notes] if notes else [],
    ]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def account(survey: Validation) -> str:
    """Where every row went: rows in are rows used and rows rejected."""
    counts = [
        (name, len(sheet), len(sheet.used), len(sheet) - len(sheet.used))
        for name, sheet in survey.sheets.items()
    ]
    whole = ("all", *(sum(count) for count in list(zip(*counts, strict=True))[1:]))
    rows = [[name, *(f"{n:,}" for n in numbers)] for name, *numbers in (*counts, whole)]
    return "\n".join(_aligned([["table", "rows", "used", "rejected"], *rows], right=(1, 2, 3)))


def reasons(survey: Validation) -> str:
    """Why rows are rejected, the commonest first; a row may have several reasons."""
    found = [
        (int(fault.rows.sum()), f"{name}.{fault.column}", fault.reason)
        for name, sheet in survey.sheets.items()
        for fault in sheet.faults
    ]
    rows = [[f"{n:,}", where, why] for n, where, why in sorted(found, key=lambda row: -row[0])]
    return "\n".join(_aligned(rows, right=(0,)))


def _overview(sheet: ValidatedTable) -> list[str]:
    columns = [
        field.name
        for field in sheet.table.fields
        if sheet.frame[field.name].null_count() < len(sheet)
    ]
    first, last = _span(sheet)
    days = ["" if at is None else _day(at) for at in (first, last)]
    return [sheet.table.name, f"{len(sheet.used):,}", *days, " ".join(columns)]


def _notes(survey: Validation) -> Iterator[str]:
    for name, sheet in survey.sheets.items():
        if sheet.unknown:
            yield f"{name}: {', '.join(sheet.unknown)} not read: the schema has no such column"
    if tweets := survey.sheets.get("tweets"):
        if alone := beginnings_elsewhere(tweets.used):
            yield f"tweets: {alone:,} belong to threads that begin elsewhere; each stands alone"
        if unsigned := tweets.used["author_id"].null_count():
            yield f"tweets: {unsigned:,} have no author; nobody has them in network"
    firsts = [first for first, _ in map(_span, survey.sheets.values()) if first is not None]
    if firsts and 0 <= min(firsts) < A_YEAR:
        yield "times begin near 1970, as if counted from a start of their own; their order is kept"


def _span(sheet: ValidatedTable) -> tuple[int | None, int | None]:
    times = sheet.used["created_at"]
    first, last = times.min(), times.max()
    return (first, last) if isinstance(first, int) and isinstance(last, int) else (None, None)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _aligned(rows: Sequence[Sequence[str]], right: tuple[int, ...] = ()) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
