"""Arrays on disk, as safetensors: the same arrays give the same bytes under every Python."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

Array = NDArray[Any]  # of numbers or truth values, whatever was stored

DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "BOOL": np.dtype(bool),
    **{f"I{8 * size}": np.dtype(f"i{size}") for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": np.dtype(f"u{size}") for size in (1, 2, 4, 8)},
    **{f"F{8 * size}": np.dtype(f"f{size}") for size in (2, 4, 8)},
}
METADATA: Final = "__metadata__"
LENGTH_BYTES: Final = 8  # of the number at the beginning, which says how long the header is


def save(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write named arrays."""
    save_file({name: np.asarray(array, order="C") for name, array in arrays.items()}, path)


def load(path: Path, spare: int | None = None) -> dict[str, Array]:
    """Read named arrays, which are the caller's own. They are read in place: of a large file there
    is never more than one copy, and its arrays lie in large pages where numpy asks for them.

    Args:
        spare: each array is the beginning of a larger one, its `base`, of zeros, which has one
            more row for so many; None where the arrays will not grow.

    Raises:
        OSError, ValueError: the file is missing, damaged, or holds something else.
    """
    with path.open("rb") as file:
        try:
            header, begin = _header(file)
            arrays = {name: _array(file, about, begin, spare) for name, about in header.items()}
            if file.seek(0, 2) != begin + sum(array.nbytes for array in arrays.values()):
                raise ValueError("its length is not what it says")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is damaged ({error})") from error
    return arrays


def _header(file: BufferedReader) -> tuple[dict[str, dict[str, Any]], int]:
    """What the file says of each array, and where the first begins."""
    whole = file.seek(0, 2)
    file.seek(0)
    length = int.from_bytes(file.read(LENGTH_BYTES), "little")
    if not 0 < length <= whole - LENGTH_BYTES:
        raise ValueError("it has no header")
    header: dict[str, dict[str, Any]] = json.loads(file.read(length))
    header.pop(METADATA, None)
    return header, LENGTH_BYTES + length


def _array(file: BufferedReader, about: Mapping[str, Any], begin: int, spare: int | None) -> Array:
    """One array, read from where the file says that it is."""
    (start, end), shape = about["data_offsets"], tuple(about["shape"])
    dtype = DTYPES[about["dtype"]]
    if math.prod(shape) * dtype.itemsize != end - start:
        raise ValueError(f"{end - start} bytes hold no array of shape {shape}")
    room = (shape[0] + shape[0] // spare, *shape[1:]) if spare and shape else shape
    whole: Array = np.zeros(room, dtype)
    array: Array = whole[: shape[0]] if shape else whole
    file.seek(begin + start)
    if array.nbytes and file.readinto(array.reshape(-1).view(np.uint8).data) != array.nbytes:
        raise ValueError("it ends too early")
    return array
