"""Candidates travel together: one array per property, one row per tweet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.pipeline.failures import BrokenContractError

Rows = NDArray[np.int32]  # positions in a table of ml.state; -1 where there is none
Mask = NDArray[np.bool_]
Order = NDArray[np.intp]
Column = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CandidateBatch:
    """Everything known so far about the tweets still in the running.

    A batch is never changed, only replaced: `take` narrows it, `with_columns` widens it.
    A column is written once, so every number in a response has exactly one author.
    """

    tweet: Rows
    author: Rows
    sources: NDArray[np.uint32]  # bit i is set when source i proposed the row
    columns: Mapping[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.tweet) == len(self.author) == len(self.sources):
            raise BrokenContractError(
                f"{len(self.tweet)} tweets with {len(self.author)} authors "
                f"and {len(self.sources)} marks of sources"
            )

    def __len__(self) -> int:
        return len(self.tweet)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    @classmethod
    def of(cls, tweet: Rows, author: Rows) -> CandidateBatch:
        """A batch of tweets that no source has marked yet."""
        return cls(tweet, author, np.zeros(len(tweet), np.uint32))

    def take(self, rows: Mask | Order) -> CandidateBatch:
        kept = {name: column[rows] for name, column in self.columns.items()}
        return CandidateBatch(self.tweet[rows], self.author[rows], self.sources[rows], kept)

    def with_columns(self, columns: Mapping[str, Column]) -> CandidateBatch:
        for name, column in columns.items():
            if name in self.columns:
                raise BrokenContractError(f"column {name!r} is already written")
            self.check(column, name)
        return CandidateBatch(self.tweet, self.author, self.sources, {**self.columns, **columns})

    def check(self, column: NDArray[np.generic], name: str) -> None:
        """Refuse an answer that does not have one value per row."""
        if column.shape != (len(self),):
            raise BrokenContractError(
                f"{name} answered with shape {column.shape} for {len(self)} rows"
            )


def merge(batches: Sequence[CandidateBatch]) -> CandidateBatch:
    """One row per tweet, in the order of rows; one that several proposed keeps every mark."""
    if not batches:
        none = np.empty(0, np.int32)
        return CandidateBatch.of(none, none)
    tweet = np.concatenate([batch.tweet for batch in batches])
    author = np.concatenate([batch.author for batch in batches])
    marks = np.concatenate([batch.sources for batch in batches])
    order = np.argsort(tweet, kind="stable")
    first = np.flatnonzero(np.diff(tweet[order], prepend=-1))
    rows = order[first]
    sources = np.bitwise_or.reduceat(marks[order], first) if len(first) else marks
    return CandidateBatch(tweet[rows], author[rows], sources)
