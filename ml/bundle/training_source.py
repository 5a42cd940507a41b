"""Which tables a bundle was trained on, and how they were read: `source.json`.

It lies in the bundle's folder and is no part of its version: the same tables in another folder make
the same bundle.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from ml.bundle.states import state_fingerprint, state_map, state_source
from ml.dataset.column_map import ColumnMap
from ml.dataset.tables import Tables
from ml.errors import BundleError
from ml.schema import TABLES

FILE: Final = "source.json"


@dataclass(frozen=True, slots=True)
class TrainingSource:
    """The folder of the tables, what it held, and the options that they were read with."""

    folder: Path | None  # absolute; None where it was trained on another machine
    fingerprint: str
    rows: dict[str, int]  # by table, those that were used
    column_map: str | None = None  # the text of the map
    rejected_at: float | None = None  # unix seconds; None where no row was set aside

    @classmethod
    def of(cls, tables: Tables, folder: Path) -> TrainingSource:
        """The source of tables that were read from a folder."""
        return cls(
            folder.resolve(),
            tables.fingerprint,
            {table.name: len(getattr(tables, table.name)) for table in TABLES},
            tables.column_map.text if tables.column_map else None,
            tables.rejected_at,
        )

    @property
    def found(self) -> Path | None:
        """The folder, where it is still there: it may have been moved, or be on another machine."""
        return self.folder if self.folder is not None and self.folder.is_dir() else None

    @property
    def map(self) -> ColumnMap | None:
        """The map that the tables were read by."""
        return None if self.column_map is None else ColumnMap.parse(self.column_map)

    def __str__(self) -> str:
        rows = ", ".join(f"{rows:,} {name}" for name, rows in self.rows.items() if rows)
        by = ", read by a column map" if self.column_map else ""
        where = self.folder or "tables of another machine"
        return f"{where}{f' ({rows})' if rows else ''}{by}"


SOURCE: Final = TypeAdapter(TrainingSource)
CHECKSUM: Final = "sha256"  # of all else


def write(folder: Path, source: TrainingSource) -> None:
    """Put it beside the files of a bundle."""
    (folder / FILE).write_text(_text(source), encoding="utf-8")


def for_others(folder: Path) -> str:
    """The file of a bundle, as another machine may read it: the folder of the tables is of no use
    there.

    Raises:
        BundleError: it cannot be read, or was changed.
    """
    return _text(replace(_checked(folder / FILE), folder=None))


def read(folder: Path) -> TrainingSource | None:
    """The source in the folder of a bundle; None where it was trained before there was one.

    Raises:
        BundleError: it cannot be read, or was changed.
    """
    path = folder / FILE
    return _checked(path) if path.is_file() else None


def _checked(path: Path) -> TrainingSource:
    try:
        content = json.loads(path.read_bytes())
        if content.pop(CHECKSUM) != _checksum(content):
            raise ValueError("it does not match its own checksum")
        return SOURCE.validate_python(content)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BundleError(f"{path} cannot be read ({error}); delete it, or train again") from error


def _text(source: TrainingSource) -> str:
    content = SOURCE.dump_python(source, mode="json")
    return json.dumps({**content, CHECKSUM: _checksum(content)}, indent=1) + "\n"


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def of_state(artifacts: Path) -> TrainingSource | None:
    """What the last training read, as far as the current state says; None where there is none."""
    fingerprint = state_fingerprint(artifacts)
    if fingerprint is None:
        return None
    folder, column_map = state_source(artifacts), state_map(artifacts)
    return TrainingSource(folder, fingerprint, {}, column_map.text if column_map else None)
