"""Rows that cannot be used are set aside where somebody can mend them, each with its reason."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ml.dataset.validated_table import ValidatedTable
from ml.dataset.validation import Validation
from ml.errors import DataError


def require_free(folder: Path) -> None:
    """Nothing that was set aside before is written over.

    Raises:
        DataError: there is something in the folder, or it is none.
    """
    try:
        held = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise DataError(f"{folder} cannot hold rejects: {error.strerror}; name a folder") from error
    if held:
        raise DataError(
            f"{folder} already holds {held[0]}; move it away or name another folder for the rejects"
        )


def set_aside(survey: Validation, folder: Path) -> None:
    """Write the rows at fault, each table as the file it came in; all of them or none.

    Raises:
        DataError: the folder is not free, or cannot be written.
    """
    require_free(folder)
    sheets = [sheet for sheet in survey.sheets.values() if sheet.faults]
    if not sheets:
        return
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        aside.mkdir(parents=True)
        for sheet in sheets:
            _write(sheet, aside / sheet.path.name)
        aside.rename(folder)
    except OSError as error:
        raise DataError(f"rejects cannot be written to {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(sheet: ValidatedTable, path: Path) -> None:
    with path.open("wb") as file:
        if sheet.is_csv:
            sheet.rejected().write_csv(file)
        else:
            sheet.rejected().write_parquet(file)
        file.flush()
        os.fsync(file.fileno())
