"""Writes rejected rows, each with its reasons, into a folder where they can be corrected."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ml.dataset.validated_table import ValidatedTable
from ml.dataset.validation import Validation
from ml.errors import DataError


def require_free(folder: Path) -> None:
    """Check that a folder for rejects is free, so that earlier rejects are not overwritten.

    Raises:
        DataError: the folder is not empty, or is not a folder.
    """
    try:
        held = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise DataError(f"{folder} cannot hold rejects: {error.strerror}; name a folder") from error
    if held:
        raise DataError(
            f"{folder} already holds {held[0]}; move it away or name another folder for the rejects"
        )


def set_aside(validation: Validation, folder: Path) -> None:
    """Write the rejected rows, each table in the format of its file; all tables or none.

    Raises:
        DataError: the folder is not free, or cannot be written.
    """
    require_free(folder)
    tables = [table for table in validation.tables.values() if table.violations]
    if not tables:
        return
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        aside.mkdir(parents=True)
        for table in tables:
            _write(table, aside / f"{table.schema.name}{table.path.suffix}")
        aside.rename(folder)
    except OSError as error:
        raise DataError(f"rejects cannot be written to {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(table: ValidatedTable, path: Path) -> None:
    with path.open("wb") as file:
        if table.is_csv:
            table.rejected().write_csv(file)
        else:
            table.rejected().write_parquet(file)
        file.flush()
        os.fsync(file.fileno())
