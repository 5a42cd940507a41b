"""The letters of all ids in one array, so that hundreds are joined to one text at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.kernels import kernel
from ml.state.structures.growable import grow

Letters = NDArray[np.uint8]  # UTF-8
SPACE: Final = ord(" ")  # which no id has; the event log splits the text there


class IdTexts:
    """A copy of the ids of a vocabulary, in the order of their rows; no part of a stored state."""

    __slots__ = ("_begins", "_count", "_letters", "_longest")

    def __init__(self) -> None:
        self._count = 0
        self._longest = 0  # bytes of an id
        self._letters = np.empty(0, np.uint8)
        self._begins = np.zeros(1, np.int64)  # of each id, and behind the last

    def joined(self, rows: Rows) -> str:
        """The ids of some rows, with a space between two."""
        text = np.empty(len(rows) * (self._longest + 1), np.uint8)
        count = _join(self._letters, self._begins, rows, text)
        return text[: max(count - 1, 0)].tobytes().decode()

    def add(self, ids: Sequence[str]) -> None:
        """Give these the next rows."""
        if not ids:
            return
        texts = [one.encode() for one in ids]
        lengths = np.array([len(one) for one in texts], np.int64)
        begin, count = int(self._begins[self._count]), self._count + len(texts)
        ends = begin + lengths.cumsum()
        grow(self, "_letters", int(ends[-1]), 0)
        self._letters[begin : ends[-1]] = np.frombuffer(b"".join(texts), np.uint8)
        grow(self, "_begins", count + 1, 0)
        self._begins[self._count + 1 : count + 1] = ends
        self._longest, self._count = max(self._longest, int(lengths.max())), count


@kernel
def _join(letters: Letters, begins: NDArray[np.int64], rows: Rows, text: Letters) -> int:
    """Write each id and a space behind it; the number of bytes."""
    count = 0
    for row in rows:
        for place in range(begins[row], begins[row + 1]):
            text[count] = letters[place]
            count += 1
        text[count] = SPACE
        count += 1
    return count
