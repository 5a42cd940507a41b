"""Artifacts with a state of any size, to be served with the models that were trained."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.loadtest.command import Given
from evaluation.loadtest.scale import alone
from evaluation.loadtest.scale_measure import write_state
from ml import bundle
from ml.bundle.disk import CURRENT, point
from ml.errors import BundleError

NAME: Final = "scale"


@contextmanager
def scaled(given: Given, tweets: int) -> Iterator[Given]:
    """The same with a drawn state of so many tweets, which is removed at the end of the block; with
    0, what was trained.

    Raises:
        BundleError: nothing was trained there.
    """
    if tweets == 0:
        yield given
        return
    version = bundle.current(given.artifacts)
    if version is None:
        raise BundleError(f"{given.artifacts} holds no bundle; run foryou train")
    with TemporaryDirectory(prefix="foryou-scale-") as name:
        folder = Path(name)
        shutil.copytree(given.artifacts / version, folder / version)
        shutil.copy(given.artifacts / CURRENT, folder)
        states = folder / "state"
        (states / NAME).mkdir(parents=True)
        alone(write_state, tweets, given.seed, states / NAME)
        point(states, NAME)
        yield replace(given, artifacts=folder)
