"""Tables and figures as text, for terminals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evaluation.report.numbers import Json


def text_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their longest cell, the first to the left; empty columns are left out."""
    lines = [list(header), *map(list, rows)]
    columns = [column for column in zip(*lines, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    return "\n".join(
        "  ".join(
            f"{cell:{'>' if place else '<'}{width}}"
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in zip(*columns, strict=True)
    )


def value(figure: Json | None, form: str = ".3f") -> str:
    """A figure without its interval."""
    return "–" if figure is None or figure["value"] is None else f"{figure['value']:{form}}"


def interval(figure: Json, form: str = ".3f") -> str:
    """A figure with its interval."""
    if figure["value"] is None:
        return "–"
    return f"{figure['value']:{form}} [{figure['low']:{form}}, {figure['high']:{form}}]"
