"""Counts: rows of numbers by key, in memory, or in a file that other processes add up.

Several processes that answer at one address keep their counts in one folder. Each has two files
there, which only it writes: the numbers, mapped into memory, and a line of JSON per row that names
its place, its width and its key.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import mkstemp
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

BLOCK_BYTES: Final = 64 * mmap.ALLOCATIONGRANULARITY  # mapped at once
NUMBERS: Final = ".counts"
NAMES: Final = ".names"

Key = tuple[str, ...]
Row: TypeAlias = "memoryview[float]"  # to be counted in


class Counts(Protocol):
    """Rows of numbers that begin at zero."""

    def row(self, key: Key, width: int) -> Row:
        """A new row, for a key that has none."""
        ...

    def rows(self) -> Mapping[Key, NDArray[np.float64]]:
        """All rows, each added up over the processes that count together."""
        ...


class OwnCounts:
    """The counts of a process that answers alone."""

    def __init__(self) -> None:
        self._rows: dict[Key, Row] = {}

    def row(self, key: Key, width: int) -> Row:
        self._rows[key] = memoryview(bytearray(8 * width)).cast("d")
        return self._rows[key]

    def rows(self) -> Mapping[Key, NDArray[np.float64]]:
        return {key: np.array(row) for key, row in list(self._rows.items())}


class SharedCounts:
    """The counts of one of several processes, and the sums over all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers, numbers = mkstemp(NUMBERS, f"{os.getpid()}-", folder)
        names = Path(numbers).with_suffix(NAMES)
        self._names = os.open(names, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._block, self._block_begins = memoryview(b"").cast("d"), 0
        self._used = 0  # numbers of the block

    def row(self, key: Key, width: int) -> Row:
        if self._used + width > len(self._block):
            self._add_block()
        row = self._block[self._used : self._used + width]
        place = [self._block_begins + self._used, width]
        os.write(self._names, f"{json.dumps([*place, *key])}\n".encode())
        self._used += width
        return row

    def rows(self) -> Mapping[Key, NDArray[np.float64]]:
        total: dict[Key, NDArray[np.float64]] = {}
        for names in sorted(self._folder.glob(f"*{NAMES}")):
            for key, row in _read(names):
                total[key] = total[key] + row if key in total else row
        return total

    def _add_block(self) -> None:
        size = os.fstat(self._numbers).st_size
        os.ftruncate(self._numbers, size + BLOCK_BYTES)  # with zeros
        block = mmap.mmap(self._numbers, BLOCK_BYTES, offset=size)
        self._block, self._block_begins, self._used = memoryview(block).cast("d"), size // 8, 0


def _read(names: Path) -> Iterator[tuple[Key, NDArray[np.float64]]]:
    """The rows of one process. A line without an end is still being written."""
    lines = names.read_text(encoding="utf-8").splitlines(keepends=True)
    numbers = np.fromfile(names.with_suffix(NUMBERS))
    for line in lines:
        if line.endswith("\n"):
            begin, width, *key = json.loads(line)
            yield tuple(key), numbers[begin : begin + width]
