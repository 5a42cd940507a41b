"""Atomic folders: written aside, renamed into place, and named by a pointer file."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ml.errors import BundleError

CURRENT: Final = "current"
REPLACED: Final = ".old."  # begins the name of a folder while another takes its place

logger = logging.getLogger(__name__)


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
        old = _old(target)
        with replacing(target.parent):
            shutil.rmtree(old, ignore_errors=True)
            target.rename(old)
            folder.rename(target)
        _flush(target.parent)
        shutil.rmtree(old)
    else:
        folder.rename(target)
    _flush(target.parent)


def recover(folder: Path, name: str, wait: bool = True) -> bool:
    """Put a folder back whose replacement was killed between its two renames; whether it was so.

    Without `wait`, a process that is in the middle of them is left alone.

    Raises:
        BundleError: it cannot be put back.
    """
    target = folder / name
    if target.exists() or not _old(target).exists():
        return False
    try:
        with replacing(folder, wait):
            if target.exists() or not _old(target).exists():
                return False
            _old(target).rename(target)
    except BlockingIOError:
        return False
    except OSError as error:
        raise BundleError(
            f"{_old(target)} must be renamed to {target.name}, because its replacement was ended "
            f"halfway, and cannot be ({error}); let this user write the folder, or rename it"
        ) from error
    _flush(folder)
    logger.warning("%s was being replaced when that was ended; it is as it was before", target)
    return True


@contextmanager
def replacing(folder: Path, wait: bool = True) -> Iterator[None]:
    """One process at a time, and no recovery meanwhile.

    Raises:
        BlockingIOError: another process is replacing, and this one does not wait.
    """
    with (folder / ".replacing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def _old(target: Path) -> Path:
    return target.with_name(f"{REPLACED}{target.name}")


def point(folder: Path, name: str, pointer: str = CURRENT) -> None:
    """Set a pointer to a name, atomically."""
    written = folder / f".{pointer}.{os.getpid()}"
    written.write_text(name + "\n")
    _flush(written)
    written.rename(folder / pointer)
    _flush(folder)


def current(folder: Path, which: str = CURRENT) -> str | None:
    """Read the name in a pointer of a folder, and recover what it names; None where there is no
    pointer.

    Raises:
        BundleError: it is damaged.
    """
    pointer = folder / which
    if not pointer.is_file():
        return None
    name = pointer.read_text(errors="replace").strip()
    if not name.isalnum():
        raise BundleError(f"{pointer} names nothing; write a version into it, or train again")
    recover(folder, name)
    return name


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
