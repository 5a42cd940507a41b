"""What takes long to make is made once, for all processes of the tests."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, filled by `make` in the first process that asks for it; others wait
    until it is full. Who changes it, changes it for all: copy it first."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the base of each process lies in that of the run
        shared = shared.parent
    folder, making = shared / name, shared / f"{name}.making"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(making, ignore_errors=True)  # of a process that failed
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder


def copied(made: Path, factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder for this process alone."""
    copy = factory.mktemp("copies") / made.name
    shutil.copytree(made, copy)
    return copy
