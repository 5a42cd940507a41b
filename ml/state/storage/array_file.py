"""Arrays on disk, as safetensors: the same arrays give the same bytes under every Python."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

Array = NDArray[Any]  # of numbers or truth values, whatever was stored


def save(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write named arrays."""
    save_file({name: np.asarray(array, order="C") for name, array in arrays.items()}, path)


def load(path: Path) -> dict[str, Array]:
    """Read named arrays, which are the caller's own.

    Raises:
        OSError, ValueError: the file is missing, damaged, or holds something else.
    """
    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged ({error})") from error
