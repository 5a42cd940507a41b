"""Writes rejected rows, each with its reasons, into a folder where they can be corrected."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path
from typing import Final

from ml.dataset import files
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.validation import Validation
from ml.errors import DataError
from ml.schema import TABLES

FILES: Final = tuple(f"{table.name}{suffix}" for table in TABLES for suffix in files.SUFFIXES)


def require_fit(folder: Path) -> None:
    """Check that a folder for rejects holds nothing but rejects, if anything.

    Raises:
        DataError: it holds something else, or is not a folder.
    """
    if others := [name for name in _held(folder) if name not in FILES]:
        raise _taken(folder, others[0])


def set_aside(validation: Validation, folder: Path) -> None:
    """Write the rejected rows, each table in the format of its file; all tables or none. A folder
    that holds these very files already is left as it is.

    Raises:
        DataError: the folder holds something else, or cannot be written.
    """
    held = _held(folder)
    tables = [table for table in validation.tables.values() if table.violations]
    if not tables and held:
        raise _taken(folder, held[0])
    if not tables:
        return
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        aside.mkdir(parents=True)
        for table in tables:
            _write(table, aside / f"{table.schema.name}{table.path.suffix}")
        if held:
            _require_same(aside, folder)
        else:
            aside.rename(folder)
    except OSError as error:
        raise DataError(f"rejects cannot be written to {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _held(folder: Path) -> list[str]:
    """The names of what is in a folder; none where there is no folder."""
    try:
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise DataError(f"{folder} cannot hold rejects: {error.strerror}; name a folder") from error


def _require_same(aside: Path, folder: Path) -> None:
    """Refuse to lose earlier rejects, which somebody may be correcting."""
    names = {*_held(aside), *_held(folder)}
    _, differ, lacking = filecmp.cmpfiles(aside, folder, sorted(names), shallow=False)
    if found := [*differ, *lacking]:
        raise DataError(
            f"{folder} does not hold what is set aside now ({found[0]} differs); move it away or "
            f"name another folder for the rejects"
        )


def _taken(folder: Path, name: str) -> DataError:
    return DataError(
        f"{folder} holds {name}, which is not what is set aside now; move it away or name another "
        f"folder for the rejects"
    )


def _write(table: ValidatedTable, path: Path) -> None:
    with path.open("wb") as file:
        if table.is_csv:
            table.rejected().write_csv(file)
        else:
            table.rejected().write_parquet(file)
        file.flush()
        os.fsync(file.fileno())
