"""A world is written beside its place and moved there when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from datagen.world import World


def write(folder: Path, tables: Mapping[str, pl.DataFrame], world: World) -> None:
    """Tables as Parquet, the truth apart from them; a reader never meets half a world."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / ".unfinished"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for name, table in tables.items():
        table.write_parquet(aside / f"{name}.parquet")
    world.save(aside / "truth")
    shutil.rmtree(folder / "truth", ignore_errors=True)
    for path in sorted(aside.iterdir()):
        path.replace(folder / path.name)
    aside.rmdir()
