"""Compiles functions of numbers and arrays to machine code with numba, and keeps it on disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import config, njit

from ml import kernel_folder

# Numba makes the names of `config` from the environment, so mypy sees none of them.
IS_COMPILED: Final = not config.DISABLE_JIT  # type: ignore[attr-defined]
_FOLDER: Final = kernel_folder.prepare() if IS_COMPILED else None
_COMPILE: Final[Any] = partial(
    njit, cache=_FOLDER is not None, nogil=True, error_model="numpy", no_cfunc_wrapper=True
)
_KERNELS: Final[list[Any]] = []

if _FOLDER is not None:
    # mypy does not see this name of `config` either.
    config.CACHE_DIR = os.environ[kernel_folder.CACHE] = str(_FOLDER)  # type: ignore[attr-defined]
if not IS_COMPILED:
    np.seterr(over="ignore")  # whole numbers wrap around, as in machine code

Signature = tuple[Any, ...]  # of numba's types
F = TypeVar("F", bound=Callable[..., object])


def kernel(function: F) -> F:
    """Compile a function for the types of its first arguments; it runs without the GIL.

    Division by zero gives inf or NaN, as numpy has it. With `NUMBA_DISABLE_JIT=1` the function
    stays as it is.
    """
    return cast(F, _register(_COMPILE()(function)))


def dot_kernel(function: F) -> F:
    """A kernel whose sums may be added up in any order, as in a dot product: it can use SIMD."""
    return cast(F, _register(_COMPILE(fastmath={"reassoc", "contract"})(function)))


def fused_kernel(function: F) -> F:
    """A kernel in which a product and the sum that it goes into may be rounded once, not twice
    (FMA): a polynomial takes half the time."""
    return cast(F, _register(_COMPILE(fastmath={"contract"})(function)))


def inline_kernel(function: F) -> F:
    """A kernel of one line or two that is compiled as part of its callers, so that a hundred of
    them take no longer to compile than one."""
    return cast(F, njit(inline="always", nogil=True, error_model="numpy")(function))


def directory() -> Path | None:
    """Where this process keeps compiled kernels; None where nothing can be written, or nothing is
    compiled."""
    return _FOLDER


def ready() -> list[tuple[str, Signature]]:
    """The kernels that can run at once in this process, each with the types of its arguments.

    A call with other types has to compile, or to load what was compiled before.
    """
    return [
        (f"{dispatcher.__module__}.{dispatcher.py_func.__qualname__}", signature)
        for dispatcher in _KERNELS
        for signature in dispatcher.signatures
    ]


def make_ready(kernels: Sequence[tuple[str, Signature]]) -> None:
    """Load what another process has `ready`, so that no call has to."""
    signatures: dict[str, list[Signature]] = {}
    for name, signature in kernels:
        signatures.setdefault(name, []).append(signature)
    for dispatcher in _KERNELS:
        name = f"{dispatcher.__module__}.{dispatcher.py_func.__qualname__}"
        for signature in signatures.get(name, ()):
            dispatcher.compile(signature)


def compiled() -> int:
    """How many of them this process had to compile itself."""
    return sum(sum(dispatcher.stats.cache_misses.values()) for dispatcher in _KERNELS)


def _register(dispatcher: Any) -> Any:
    if IS_COMPILED:
        _KERNELS.append(dispatcher)
    return dispatcher
