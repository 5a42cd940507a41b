"""Names as numbers, the same in every process and every year."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

Tokens = NDArray[np.uint32]  # 0 where there is none

FEW: Final = 64  # rows for which preparing a query costs more than answering it
WORD: Final = r"[\p{L}\p{N}_]{3,}"


def token(name: str) -> int:
    """A stable, never zero, 32-bit hash of a name, case and surrounding space aside (CRC-32)."""
    return zlib.crc32(name.strip().lower().encode()) or 1


def table(names: pl.Series, width: int) -> Tokens:
    """(rows, width) tokens of a column of lists of strings, the first `width` of each."""
    if len(names) <= FEW:
        return _table(names.to_list(), width)
    lists = pl.DataFrame({"name": names}).with_row_index("row").explode("name").drop_nulls()
    lists = lists.with_columns(place=pl.int_range(pl.len()).over("row")).filter(
        pl.col("place") < width
    )
    unique = lists["name"].unique()
    known = {name: token(name) for name in unique}
    values = lists["name"].replace_strict(known, return_dtype=pl.UInt32)
    out = np.zeros((len(names), width), np.uint32)
    out[lists["row"].to_numpy(), lists["place"].to_numpy()] = values.to_numpy()
    return out


def _table(names: list[list[str | None] | None], width: int) -> Tokens:
    """(rows, width) tokens of a few lists, made one by one."""
    out = np.zeros((len(names), width), np.uint32)
    for row, some in zip(out, names, strict=True):
        tokens = [token(name) for name in some or () if name is not None][:width]
        row[: len(tokens)] = tokens
    return out


def words(text: pl.Series, width: int) -> Tokens:
    """(rows, width) tokens of the first words of each text, links left out."""
    plain = text.str.replace_all(r"https?://\S+", " ").str.to_lowercase()
    return table(plain.str.extract_all(WORD), width)
