"""Arrays on disk: npz without pickles; the same arrays give the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # whatever was stored


def save(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write named arrays."""
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(path: Path) -> dict[str, Array]:
    """Read named arrays.

    Raises:
        OSError, ValueError: the file is missing, damaged, or holds something else.
    """
    with path.open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return dict(arrays.items())
        except (zipfile.BadZipFile, EOFError, AttributeError) as error:
            raise ValueError(f"{path} is damaged ({error})") from error
