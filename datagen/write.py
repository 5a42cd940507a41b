"""Writes a world into a temporary folder and moves it into place when it is complete."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from datagen.world import World


def write(folder: Path, tables: Mapping[str, pl.DataFrame], world: World) -> None:
    """Write the tables as Parquet and the truth into `truth/`; a reader never sees half."""
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
