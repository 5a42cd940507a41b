"""Small tables with anything in them, good or bad, for laws that hold whatever they are given."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from ml.actions import BY_LABEL
from ml.schema import TABLES, VISIBILITIES, Field, Kind

VALUES: dict[Kind, list[Any]] = {  # each as likely as the next; some are bad
    Kind.ID: [1, 2, 3, 4, 5, -1],
    Kind.EVENT_ID: [*map(str, range(30)), "{a b}", "x" * 129, None],
    Kind.TIME: [*range(10**8, 10**9, 10**8), 1_700_000_000_000],
    Kind.TEXT: ["hello", "a, b", 'say "so"', "two\nlines", None],
    Kind.WORDS: [["cats", "dogs"], ["cats"], None],
    Kind.FLAG: [True, False, None],
    Kind.NUMBER: [*range(20), None, 0.5, float("nan"), float("inf")],
    Kind.ACTION: [*BY_LABEL, "lick"],
    Kind.SPLIT: [*["train", "test"] * 5, "valid"],
    Kind.IDS: [["1", "2"], ["3"], None],
    Kind.VISIBILITY: [*VISIBILITIES * 3, None, "friends"],
}
DTYPES: dict[Kind, pl.DataType | type[pl.DataType]] = {
    Kind.ID: pl.Int64,
    Kind.TIME: pl.Int64,
    Kind.WORDS: pl.List(pl.String),
    Kind.IDS: pl.List(pl.String),
    Kind.FLAG: pl.Boolean,
    Kind.NUMBER: pl.Float64,
}


@st.composite
def dirty(draw: st.DrawFn) -> dict[str, pl.DataFrame]:
    """Every table and column; ids from a handful, so that they meet, repeat and dangle."""
    chance = Random(draw(st.integers(0, 2**32)))
    sizes = draw(st.tuples(*(st.integers(3, 12) for _ in TABLES)))
    return {
        table.name: pl.DataFrame([_column(field, size, chance) for field in table.fields])
        for table, size in zip(TABLES, sizes, strict=True)
    }


def _column(field: Field, size: int, chance: Random) -> pl.Series:
    values = VALUES[field.kind]
    if field.kind is Kind.ID and field.nullable:
        values = [*values, None]
    sample_negatives = chance.choices(values, k=size)
    return pl.Series(field.name, sample_negatives, DTYPES.get(field.kind, pl.String), strict=False)


def write(frames: dict[str, pl.DataFrame], folder: Path, suffix: str = ".parquet") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        path = folder / f"{name}{suffix}"
        if suffix == ".csv":
            frame.with_columns(pl.col(pl.List(pl.String)).list.join("|")).write_csv(path)
        else:
            frame.write_parquet(path)
    return folder
