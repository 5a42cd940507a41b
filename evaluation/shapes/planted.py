"""A planted world, its tables and its truth, before and after they are degraded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from datagen.generate import generate
from datagen.parameters import UNTIL, Parameters
from datagen.world import World
from datagen.write import write

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Planted:
    """The tables by name, and the world that they come from."""

    tables: Tables
    world: World

    @classmethod
    def of(cls, seed: int, scale: float) -> Planted:
        until = int(pl.Series([UNTIL]).str.to_datetime(time_zone="UTC").dt.epoch("s")[0])
        return cls(*generate(Parameters(seed, scale, until)))

    def with_tables(self, **changed: pl.DataFrame) -> Planted:
        """Some tables replaced."""
        return replace(self, tables={**self.tables, **changed})

    def without(self, *names: str) -> Planted:
        """Some tables taken out."""
        kept = {name: table for name, table in self.tables.items() if name not in names}
        return replace(self, tables=kept)

    def without_columns(self, *names: str) -> Planted:
        """Some columns taken out, whichever table has them."""
        kept = {name: table.drop(names, strict=False) for name, table in self.tables.items()}
        return replace(self, tables=kept)

    def write(self, folder: Path) -> None:
        """As a dataset on disk."""
        write(folder, self.tables, self.world)
