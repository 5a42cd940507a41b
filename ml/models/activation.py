"""Activations in single precision, made of sums and products alone, so that a loop of them can use
SIMD: the library's functions take one number at a time."""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.kernels import inline_kernel

HIGHEST: Final = np.float32(60)  # log-odds; more is no more certain
ONE: Final = np.float32(1)
HALF: Final = np.float32(0.5)
LOG2_E: Final = np.float32(1.44269504)
LN_2: Final = np.float32(0.693359375), np.float32(-2.12194440e-4)  # their sum is ln 2
ONE_AT: Final = np.float32(127)  # the exponent of 1 as it is stored
STEP: Final = np.float32(2**23)  # one more exponent, read as a whole number
TAYLOR: Final = (  # of e^x around 0, the last first, as it fits from -ln 2 / 2 to ln 2 / 2
    np.float32(1.9875691500e-4),
    np.float32(1.3981999507e-3),
    np.float32(8.3334519073e-3),
    np.float32(4.1665795894e-2),
    np.float32(1.6666665459e-1),
    np.float32(5.0000001201e-1),
)


@inline_kernel
def silu(x: np.float32) -> np.float32:
    """x times its sigmoid (Elfwing et al., 2018)."""
    return x * sigmoid(x)


@inline_kernel
def sigmoid(x: np.float32) -> np.float32:
    """1 / (1 + e^-x), of `HIGHEST` at most, either way."""
    return ONE / (ONE + exp(min(max(-x, -HIGHEST), HIGHEST)))


@inline_kernel
def exp(x: np.float32) -> np.float32:
    """e^x within two units of the last place, for |x| up to 80 (Cephes; Moshier, 1989)."""
    halvings = np.floor(x * LOG2_E + HALF)
    rest = x - halvings * LN_2[0] - halvings * LN_2[1]
    y = TAYLOR[0]
    y = y * rest + TAYLOR[1]
    y = y * rest + TAYLOR[2]
    y = y * rest + TAYLOR[3]
    y = y * rest + TAYLOR[4]
    y = y * rest + TAYLOR[5]
    y = y * rest * rest + rest + ONE
    product: np.float32 = y * np.int32((halvings + ONE_AT) * STEP).view(np.float32)
    return product
