"""The report on a folder of tables: a summary, an account of rows, and reasons of rejection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from ml.dataset.cell_notes import cell_notes
from ml.dataset.foreign_keys import beginnings_elsewhere
from ml.dataset.future_times import ahead
from ml.dataset.missing_columns import COSTS
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.validation import Validation

A_YEAR: Final = 365 * 86_400


def summary(validation: Validation, now: float) -> str:
    """Summarise each table, what is missing and what that costs, and what is unusual at `now`, in
    unix seconds."""
    tables = validation.tables.values()
    rows = [["table", "rows", "from", "to", "columns"], *map(_overview, tables)]
    costs = [[name, COSTS[name]] for name in validation.missing if name in COSTS]
    notes = [f"  {note}" for note in _notes(validation, now)]
    paragraphs = [
        [f"{validation.directory} can be read; its ids are {validation.ids.value}"],
        _aligned(rows, right=(1,)),
        ["not in the data:", *_aligned(costs)] if costs else [],
        ["worth knowing:", *notes] if notes else [],
    ]
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def account(validation: Validation) -> str:
    """Count the rows of each table that are used and rejected."""
    counts = [
        (name, len(table), len(table.used), len(table) - len(table.used))
        for name, table in validation.tables.items()
    ]
    whole = ("all", *(sum(count) for count in list(zip(*counts, strict=True))[1:]))
    rows = [[name, *(f"{n:,}" for n in numbers)] for name, *numbers in (*counts, whole)]
    return "\n".join(_aligned([["table", "rows", "used", "rejected"], *rows], right=(1, 2, 3)))


def reasons(validation: Validation) -> str:
    """List the reasons of rejection, most frequent first; a row may have several."""
    found = [
        (int(violation.rows.sum()), f"{name}.{violation.column}", violation.reason)
        for name, table in validation.tables.items()
        for violation in table.violations
    ]
    rows = [[f"{n:,}", where, why] for n, where, why in sorted(found, key=lambda row: -row[0])]
    return "\n".join(_aligned(rows, right=(0,)))


def _overview(table: ValidatedTable) -> list[str]:
    columns = [
        field.name
        for field in table.schema.fields
        if table.frame[field.name].null_count() < len(table)
    ]
    first, last = _span(table)
    days = ["" if at is None else _day(at) for at in (first, last)]
    return [table.schema.name, f"{len(table.used):,}", *days, " ".join(columns)]


def _notes(validation: Validation, now: float) -> Iterator[str]:
    for name, columns in validation.unused.items():
        why = "the schema has no such column"
        if validation.column_map is not None:
            why += ", and the map does not name it"
        yield f"{name}: {', '.join(columns)} not read: {why}"
    for name, table in validation.tables.items():
        for violation in ahead(table, now):
            yield (
                f"{name}: {violation.message(table.raw)} with --rejects; it is not shown, and no "
                f"clock goes by it, before that time"
            )
        yield from cell_notes(table, validation.ids)
    if tweets := validation.tables.get("tweets"):
        if alone := beginnings_elsewhere(tweets.used):
            yield (
                f"tweets: {alone:,} belong to threads that begin elsewhere; those that name the "
                f"same beginning are one thread"
            )
        if empty := _empty_texts(tweets):
            yield f"tweets: {empty:,} have no text, so models read no words of them"
        if unsigned := tweets.used["author_id"].null_count():
            yield f"tweets: {unsigned:,} have no author; nobody has them in network"
    if (acted := validation.tables.get("interactions")) and (copies := _copies(acted)):
        yield (
            f"interactions: {copies:,} rows are equal to an earlier one, and clicks and dwells "
            f"among them count again; leave copies out, or give each event an event_id"
        )
    firsts = [first for first, _ in map(_span, validation.tables.values()) if first is not None]
    if firsts and 0 <= min(firsts) < A_YEAR:
        yield "times begin near 1970, as if counted from a start of their own; their order is kept"


def _empty_texts(tweets: ValidatedTable) -> int:
    """How many tweets have no text where others do."""
    texts = tweets.used["text"]
    empty = int((texts.str.strip_chars().fill_null("") == "").sum())
    return empty if empty < len(texts) else 0


def _copies(interactions: ValidatedTable) -> int:
    """How many rows without an event_id are equal to an earlier one."""
    rows = interactions.used.filter(interactions.used["event_id"].is_null())
    return len(rows) - rows.n_unique()


def _span(table: ValidatedTable) -> tuple[int | None, int | None]:
    times = table.used["created_at"]
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
