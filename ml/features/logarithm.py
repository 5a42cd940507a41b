"""Features that are logarithms: their functions return the number, and all logarithms of all rows
are taken at once, by a loop that can use SIMD."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray

from ml.kernels import fused_kernel, inline_kernel

OF_THIS: Final = "the feature is the logarithm of this"
Log = Annotated[float, OF_THIS]

LN_2: Final = np.float32(0.6931471805599453)
TWO: Final = np.float32(2)
ONE: Final = np.float32(1)
ZERO: Final = np.float32(0)
NONE: Final = np.float32(np.nan)
SERIES: Final = np.float32(2 / 3), np.float32(2 / 5), np.float32(2 / 7), np.float32(2 / 9)
LOWEST: Final = 0x3F3504F3  # the square root of a half, as its bits; numbers are brought above it
FRACTION: Final = 23  # bits, behind the exponent


@fused_kernel
def take_logarithms(out: NDArray[np.float32], is_log: NDArray[np.bool_]) -> None:
    """Replace what stands in some columns by its logarithm."""
    for i in range(len(out)):
        for j in range(len(is_log)):
            out[i, j] = logarithm(out[i, j]) if is_log[j] else out[i, j]


@inline_kernel
def logarithm(x: np.float32) -> np.float32:
    """The natural logarithm of a number above 0, within two units of the last place, and NaN of any
    other: that of a power of two, and of the rest m, which is 2 artanh((m - 1) / (m + 1)), by its
    series."""
    bits = np.float32(x).view(np.int32)
    power = np.int32(bits - LOWEST) >> FRACTION
    m = np.int32(bits - (power << FRACTION)).view(np.float32)
    s = (m - ONE) / (m + ONE)
    square = s * s
    rest = SERIES[2] + square * SERIES[3]
    rest = SERIES[1] + square * rest
    rest = SERIES[0] + square * rest
    found = np.float32(power) * LN_2 + (TWO * s + s * square * rest)
    return found if x > ZERO else NONE
