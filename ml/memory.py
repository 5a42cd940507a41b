"""How a process manages its memory: what garbage collection visits, and what is given back."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Final

SELDOM: Final = (20_000, 20, 100)  # of `gc.set_threshold`


def collect_seldom() -> None:
    """Leave what is loaded by now out of garbage collection, and collect less often: compiling
    makes many objects and few cycles, and takes an eighth less time."""
    gc.freeze()
    gc.set_threshold(*SELDOM)


def give_back() -> None:
    """Give what is free in the heap of glibc back to the system; it would do so only at the end of
    the heap. Taking each large array from the system by itself would give it back at once, but
    doubles the CPU time of fitting the towers."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
