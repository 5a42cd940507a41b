"""Atomic folders: written aside, renamed into place, and named by a pointer file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ml.errors import BundleError

CURRENT: Final = "current"
REPLACED: Final = ".old."  # begins the name of a folder while another takes its place


@contextmanager
def aside(artifacts: Path) -> Iterator[Path]:
    """A temporary folder, removed afterwards unless it was moved into place."""
    artifacts.mkdir(parents=True, exist_ok=True)
    folder = artifacts / f".aside.{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def into_place(folder: Path, target: Path) -> None:
    """Flush a folder to disk, then rename it to `target`, replacing what was there."""
    for path in folder.iterdir():
        _flush(path)
    _flush(folder)
    if target.exists():
        old = target.with_name(f"{REPLACED}{target.name}")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        folder.rename(target)
        shutil.rmtree(old)
    else:
        folder.rename(target)
    _flush(target.parent)


def point(folder: Path, name: str, pointer: str = CURRENT) -> None:
    """Set a pointer to a name, atomically."""
    written = folder / f".{pointer}.{os.getpid()}"
    written.write_text(name + "\n")
    _flush(written)
    written.rename(folder / pointer)
    _flush(folder)


def current(folder: Path, which: str = CURRENT) -> str | None:
    """Read the name in a pointer of a folder; None where there is no pointer.

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
