"""Compiles functions of numbers and arrays to machine code with numba, and keeps it on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar, cast

DIRECTORY: Final = "FORYOU_KERNELS"  # names the folder of compiled kernels
os.environ.setdefault("NUMBA_CACHE_DIR", os.environ.get(DIRECTORY, str(Path("artifacts/kernels"))))

import numpy as np  # noqa: E402
from numba import config, njit  # noqa: E402  (reads the folder when it is imported)

if config.DISABLE_JIT:  # type: ignore[attr-defined]
    np.seterr(over="ignore")  # whole numbers wrap around, as in machine code

F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a function for the types of its first arguments; it runs without the GIL.

    Division by zero gives inf or NaN, as numpy has it. With `NUMBA_DISABLE_JIT=1` the function
    stays as it is.
    """
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))


def dot_kernel(function: F) -> F:
    """A kernel whose sums may be added up in any order, as in a dot product: it can use SIMD."""
    compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})
    return cast(F, compiled(function))
