"""Counts: rows of numbers by key, in memory, or in a file that other processes add up.

Several processes that answer at one address keep their counts in one folder. Each has two files
there, which only it writes: the numbers, mapped into memory, and a line of JSON per row that names
its place, its width and its key.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
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
Numbers = NDArray[np.float64]
Name = Callable[[int, int, Key], None]  # of a row among some numbers: its place and its width


class Counts(Protocol):
    """Rows of numbers that begin at zero."""

    def row(self, key: Key, width: int) -> Row:
        """A new row, for a key that has none."""
        ...

    def reserve(self, count: int) -> tuple[Numbers, Name]:
        """Numbers one after another, and what gives a name to a row of them."""
        ...

    def rows(self) -> Mapping[Key, Numbers]:
        """All rows, each added up over all of its name, and over the processes that count
        together."""
        ...


class OwnCounts:
    """The counts of a process that answers alone."""

    def __init__(self) -> None:
        self._rows: list[tuple[Key, Numbers]] = []

    def row(self, key: Key, width: int) -> Row:
        numbers, name = self.reserve(width)
        name(0, width, key)
        return numbers.data.cast("B").cast("d")

    def reserve(self, count: int) -> tuple[Numbers, Name]:
        numbers = np.zeros(count)

        def name(place: int, width: int, key: Key) -> None:
            self._rows.append((key, numbers[place : place + width]))

        return numbers, name

    def rows(self) -> Mapping[Key, Numbers]:
        return _added(self._rows.copy())


class SharedCounts:
    """The counts of one of several processes, and the sums over all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers, numbers = mkstemp(NUMBERS, f"{os.getpid()}-", folder)
        names = Path(numbers).with_suffix(NAMES)
        self._names = os.open(names, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._block, self._block_begins = np.empty(0), 0
        self._used = 0  # numbers of the block

    def row(self, key: Key, width: int) -> Row:
        numbers, name = self.reserve(width)
        name(0, width, key)
        return numbers.data.cast("B").cast("d")

    def reserve(self, count: int) -> tuple[Numbers, Name]:
        if self._used + count > len(self._block):
            self._add_block(count)
        numbers = self._block[self._used : self._used + count]
        begins = self._block_begins + self._used
        self._used += count

        def name(place: int, width: int, key: Key) -> None:
            os.write(self._names, f"{json.dumps([begins + place, width, *key])}\n".encode())

        return numbers, name

    def rows(self) -> Mapping[Key, Numbers]:
        names = sorted(self._folder.glob(f"*{NAMES}"))
        return _added(row for one in names for row in _read(one))

    def _add_block(self, count: int) -> None:
        """Add a block with room for so many numbers."""
        size = os.fstat(self._numbers).st_size
        room = -(-8 * count // BLOCK_BYTES) * BLOCK_BYTES
        os.ftruncate(self._numbers, size + room)  # with zeros
        block = mmap.mmap(self._numbers, room, offset=size)
        self._block, self._block_begins, self._used = np.frombuffer(block), size // 8, 0


def _added(rows: Iterable[tuple[Key, Numbers]]) -> Mapping[Key, Numbers]:
    """The sum of all rows of each name."""
    total: dict[Key, Numbers] = {}
    for key, row in rows:
        total[key] = total[key] + row if key in total else row.copy()
    return total


def _read(names: Path) -> Iterator[tuple[Key, Numbers]]:
    """The rows of one process. A line without an end is still being written."""
    lines = names.read_text(encoding="utf-8").splitlines(keepends=True)
    numbers = np.fromfile(names.with_suffix(NUMBERS))
    for line in lines:
        if line.endswith("\n"):
            begin, width, *key = json.loads(line)
            yield tuple(key), numbers[begin : begin + width]
