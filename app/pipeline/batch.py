"""Candidates travel together: one array per property, one row per tweet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.pipeline.failures import BrokenContractError

Rows = NDArray[np.int32]  # positions in a table of ml.state; -1 where there is none
Marks = NDArray[np.uint32]  # bit i is set when source i proposed the row
Mask = NDArray[np.bool_]
Order = NDArray[np.intp]
Column = NDArray[np.float32]
MARKS: Final = np.uint32(1) << np.arange(32, dtype=np.uint32)  # of each source
BOOL: Final = np.dtype(bool)
NO_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType({})


class CandidateBatch:
    """Everything known so far about the tweets still in the running.

    A batch is never changed, only replaced: `take` narrows it, `with_columns` widens it.
    A column is written once, so every number in a response has exactly one author.
    """

    __slots__ = ("author", "columns", "sources", "tweet")

    def __init__(
        self,
        tweet: Rows,
        author: Rows,
        sources: Marks,
        columns: Mapping[str, Column] = NO_COLUMNS,
    ) -> None:
        if not tweet.shape == author.shape == sources.shape:
            raise BrokenContractError(
                f"{len(tweet)} tweets with {len(author)} authors and {len(sources)} marks of "
                "sources"
            )
        self.tweet: Final = tweet
        self.author: Final = author
        self.sources: Final = sources
        self.columns: Final = columns

    def __len__(self) -> int:
        return len(self.tweet)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    @classmethod
    def of(cls, tweet: Rows, author: Rows) -> CandidateBatch:
        """A batch of tweets that no source has marked yet."""
        return cls(tweet, author, np.zeros(len(tweet), np.uint32))

    def everything(self) -> Mask:
        """The mask that keeps every row."""
        mask = np.empty(self.tweet.shape, bool)
        mask.fill(True)
        return mask

    def unchanged(self) -> Column:
        """The factor that changes no row."""
        factor = np.empty(self.tweet.shape, np.float32)
        factor.fill(1)
        return factor

    def take(self, rows: Mask | Order) -> CandidateBatch:
        """Only these rows, in this order."""
        some: Order = rows.nonzero()[0] if rows.dtype == BOOL else rows.astype(np.intp, copy=False)
        kept = columns = self.columns
        if columns:
            kept = columns.take(some) if type(columns) is _Taken else _Taken(columns, some)
        return CandidateBatch(
            self.tweet.take(some), self.author.take(some), self.sources.take(some), kept
        )

    def head(self, count: int) -> CandidateBatch:
        """The first so many rows, or all."""
        columns = self.columns
        if type(columns) is not _Taken:
            columns = _Taken(columns, np.arange(len(self.tweet)))
        return CandidateBatch(
            self.tweet[:count], self.author[:count], self.sources[:count], columns.head(count)
        )

    def first(self, stays: Mask, count: int) -> Rows | Order:
        """The positions of the `count` best of the rows that stay; the batch is best first."""
        return stays.nonzero()[0][:count]

    def with_columns(self, columns: Mapping[str, Column]) -> CandidateBatch:
        before, shape = self.columns, self.tweet.shape
        for name, column in columns.items():
            if name in before:
                raise BrokenContractError(f"column {name!r} is already written")
            if column.shape != shape:
                self.check(column, name)
        wider = before.wider(columns) if type(before) is _Taken else {**before, **columns}
        return CandidateBatch(self.tweet, self.author, self.sources, wider)

    def columns_of(self, names: Sequence[str]) -> list[Column | None]:
        """The columns of these names, None where there is none."""
        columns = self.columns
        if type(columns) is _Taken:
            return columns.of(names)
        return [columns.get(name) for name in names]

    def check(self, column: NDArray[np.generic], name: str) -> None:
        """Refuse an answer that does not have one value per row."""
        if column.shape != self.tweet.shape:
            raise BrokenContractError(
                f"{name} answered with shape {column.shape} for {len(self)} rows"
            )


NO_CANDIDATES: Final = CandidateBatch.of(np.empty(0, np.int32), np.empty(0, np.int32))


class _Taken(Mapping[str, Column]):
    """Some rows of some columns; each is narrowed when it is first read, since few are. Beside them
    columns that were written for these rows."""

    __slots__ = ("_read", "_rows", "_whole", "_written")

    def __init__(
        self, whole: Mapping[str, Column], rows: Order, written: Mapping[str, Column] = NO_COLUMNS
    ) -> None:
        self._whole = whole
        self._rows = rows
        self._written = written
        self._read: dict[str, Column] = {**written}

    def __getitem__(self, name: str) -> Column:
        column = self._read.get(name)
        if column is None:
            column = self._read[name] = self._whole[name].take(self._rows)
        return column

    def __contains__(self, name: object) -> bool:
        return name in self._whole or name in self._written

    def __iter__(self) -> Iterator[str]:
        return chain(self._whole, self._written)

    def __len__(self) -> int:
        return len(self._whole) + len(self._written)

    def of(self, names: Sequence[str]) -> list[Column | None]:
        """The columns of these names, None where there is none; read once, so not kept."""
        whole, rows, written = self._whole, self._rows, self._written
        return [whole[name].take(rows) if name in whole else written.get(name) for name in names]

    def wider(self, columns: Mapping[str, Column]) -> _Taken:
        """With these columns as well."""
        return _Taken(self._whole, self._rows, {**self._written, **columns})

    def head(self, count: int) -> _Taken:
        """The first so many rows of them."""
        written = {name: column[:count] for name, column in self._written.items()}
        return _Taken(self._whole, self._rows[:count], written)

    def take(self, rows: Order) -> _Taken:
        """Only these rows of them."""
        written = {name: column.take(rows) for name, column in self._written.items()}
        return _Taken(self._whole, self._rows.take(rows), written)


def joined(batches: Mapping[int, CandidateBatch]) -> CandidateBatch:
    """All rows one after another, each with the mark of its source: the key of its batch."""
    parts = [(batch.tweet, batch.author, len(batch.tweet)) for batch in batches.values()]
    tweets, authors, rows = zip(*parts, strict=True)
    marks = MARKS.take([*batches]).repeat(rows)
    return CandidateBatch(np.concatenate(tweets), np.concatenate(authors), marks)


def merged(batches: Sequence[CandidateBatch]) -> CandidateBatch:
    """One row per tweet, in the order of rows, with the marks that it has in any batch."""
    if not batches:
        return NO_CANDIDATES
    all_rows = batches[0] if len(batches) == 1 else _concatenated(batches)
    tweet = all_rows.tweet
    order = tweet.argsort(kind="stable")  # sooner than any order of equals, for some hundred
    tweet = tweet.take(order)
    is_first = np.empty(len(tweet), bool)
    is_first[:1] = True
    np.not_equal(tweet[1:], tweet[:-1], is_first[1:])
    first = is_first.nonzero()[0]
    if not len(first):
        return all_rows
    author = all_rows.author.take(order.take(first))
    sources = np.bitwise_or.reduceat(all_rows.sources.take(order), first)
    return CandidateBatch(tweet.take(first), author, sources)


def _concatenated(batches: Sequence[CandidateBatch]) -> CandidateBatch:
    return CandidateBatch(
        np.concatenate([batch.tweet for batch in batches]),
        np.concatenate([batch.author for batch in batches]),
        np.concatenate([batch.sources for batch in batches]),
    )
