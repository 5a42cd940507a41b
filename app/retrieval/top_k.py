"""The rows of the greatest worth, without sorting the rest."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.pipeline.batch import Column, Rows
from app.retrieval.best_first import Keys, keys_of
from ml.kernels import kernel

ROW: Final = 0xFFFFFFFF  # the bits of a key that are its row


def top_k(row: Rows, worth: Column, count: int) -> tuple[Rows, Column]:
    """The `count` rows of the greatest worth and their worths, best first; of equals the lower row.

    Args:
        row: (n,) what each worth belongs to.
        worth: (n,) any numbers that can be compared.
        count: how many rows to return; all of them where there are fewer.
    """
    keys = keys_of(worth, row)
    if count < len(keys):
        keys.partition(count)
        keys = keys[:count]
    keys.sort()
    return _rows_of(keys)


@kernel
def _rows_of(keys: Keys) -> tuple[Rows, Column]:
    """The rows of keys and their worths."""
    row, bits = np.empty(len(keys), np.int32), np.empty(len(keys), np.int32)
    for i in range(len(keys)):
        row[i] = keys[i] & ROW
        falls = keys[i] >> 32
        bits[i] = -falls if falls <= 0 else falls - 0x80000000
    return row, bits.view(np.float32)
