"""The world's ids and our rows, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import repeat
from typing import Final

import numpy as np
import polars as pl

from ml.arrays import Hashes, Rows
from ml.state.structures.id_texts import IdTexts

TOGETHER: Final = 1 << 22  # ids that are looked up at a time


class Vocabulary:
    """Ids in the order of their rows; an id is a string here, whatever it was in the tables."""

    def __init__(self, ids: Sequence[str] = ()) -> None:
        self._ids: list[str] = []
        self._row: dict[str | None, int] = {}
        self._hash = np.empty(0, np.uint64)
        self._texts = IdTexts()
        self.add(ids)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Iterable[str]) -> None:
        """Give the next rows to ids not yet known."""
        before = len(self._ids)
        for id_ in ids:
            if self._row.setdefault(id_, len(self._ids)) == len(self._ids):
                self._ids.append(id_)
        self._texts.add(self._ids[before:])

    def known(self, ids: Iterable[str | None]) -> Rows:
        """The row of each id, one by one; -1 for None and for an id never seen."""
        return np.array(list(map(self._row.get, ids, repeat(-1))), np.int32)

    def row(self, id_: str) -> int | None:
        return self._row.get(id_)

    def id(self, row: int) -> str:
        return self._ids[row]

    def ids(self, rows: Rows) -> list[str]:
        return list(map(self._ids.__getitem__, rows.tolist()))

    def joined(self, rows: Rows) -> str:
        """The same with a space between two, which no id has, in a tenth of the time."""
        return self._texts.joined(rows)

    def hashes(self, rows: Rows) -> Hashes:
        """The hash of each id; each is made once, when somebody first asks for it or for one after
        it."""
        if len(rows) and rows.max() >= len(self._hash):
            self._hash = np.concatenate([self._hash, hashed(self._ids[len(self._hash) :])])
        return self._hash[rows]

    def all_ids(self) -> pl.Series:
        return pl.Series("id", self._ids, pl.String)

    def kept(self, rows: Rows) -> Vocabulary:
        """Only these ids, in rows of their own."""
        some = Vocabulary(self.ids(rows))
        if len(self._hash):
            some._hash = self.hashes(rows)
        return some

    def rows(self, ids: pl.Series) -> Rows:
        """The row of each id; -1 for null and for an id never seen."""
        unique = ids.unique()  # which are few texts of what may be many numbers
        known = pl.DataFrame({"text": self.all_ids()}).with_row_index("row")
        table = pl.DataFrame({"id": unique, "text": unique.cast(pl.String)}).join(known, on="text")
        rows = np.empty(len(ids), np.int32)
        for start in range(0, len(ids), TOGETHER):
            some = ids[start : start + TOGETHER].alias("id").to_frame()
            found = some.join(table, on="id", how="left", maintain_order="left")["row"]
            rows[start : start + TOGETHER] = found.cast(pl.Int32).fill_null(-1).to_numpy()
        return rows


def hashed(ids: Iterable[str]) -> Hashes:
    """64 bits of each id, the same in every process (BLAKE2b)."""
    digest = b"".join(blake2b(one.encode(), digest_size=8).digest() for one in ids)
    return np.frombuffer(digest, np.uint64)
