"""The world's ids and our rows, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl

from ml.log.events import Rows


class Vocabulary:
    """Ids in the order of their rows; an id is a string here, whatever it was in the tables."""

    def __init__(self, ids: Sequence[str] = ()) -> None:
        self._ids: list[str] = []
        self._row: dict[str, int] = {}
        self.add(ids)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, ids: Iterable[str]) -> None:
        """Give the next rows to ids not yet known."""
        for id_ in ids:
            if self._row.setdefault(id_, len(self._ids)) == len(self._ids):
                self._ids.append(id_)

    def row(self, id_: str) -> int | None:
        return self._row.get(id_)

    def id(self, row: int) -> str:
        return self._ids[row]

    def ids(self, rows: Rows) -> list[str]:
        return [self._ids[row] for row in rows]

    def all_ids(self) -> pl.Series:
        return pl.Series("id", self._ids, pl.String)

    def rows(self, ids: pl.Series) -> Rows:
        """The row of each id; -1 for null and for an id never seen."""
        table = pl.DataFrame({"id": self.all_ids()}).with_row_index("row")
        found = pl.DataFrame({"id": ids.cast(pl.String)}).join(
            table, on="id", how="left", maintain_order="left"
        )
        rows: Rows = found["row"].cast(pl.Int32).fill_null(-1).to_numpy().astype(np.int32)
        return rows
