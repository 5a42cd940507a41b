"""Folders that are whole or not there: written aside, renamed into place, named by a pointer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ml.errors import BundleError

CURRENT: Final = "current"


@contextmanager
def aside(artifacts: Path) -> Iterator[Path]:
    """A folder to write into; gone afterwards if it was not moved into place."""
    artifacts.mkdir(parents=True, exist_ok=True)
    folder = artifacts / f".aside.{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def into_place(folder: Path, target: Path) -> None:
    """Flush everything to disk, then rename; what stood there before makes way."""
    for path in folder.iterdir():
        _flush(path)
    _flush(folder)
    if target.exists():
        old = target.with_name(f".old.{target.name}")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        folder.rename(target)
        shutil.rmtree(old)
    else:
        folder.rename(target)
    _flush(target.parent)


def point(folder: Path, name: str, pointer: str = CURRENT) -> None:
    """Make `current`, or another pointer, name something, in one step."""
    written = folder / f".{pointer}.{os.getpid()}"
    written.write_text(name + "\n")
    _flush(written)
    written.rename(folder / pointer)
    _flush(folder)


def current(folder: Path, which: str = CURRENT) -> str | None:
    """What `current`, or another pointer, names in a folder; None where there is none.

    Raises:
        BundleError: it is damaged.
    """
    pointer = folder / which
    if not pointer.is_file():
        return None
    name = pointer.read_text(errors="replace").strip()
    if not name.isalnum():
        raise BundleError(f"{pointer} names nothing; write a version into it, or train again")
    return name


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
