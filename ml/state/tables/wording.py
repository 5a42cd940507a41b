"""What tweets say, in the form in which muted words and domains are looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml import text
from ml.arrays import Hashes, Rows
from ml.kernels import kernel
from ml.state.structures.packed import Numbers, Owners, Packed

SETTLED: Final = 0  # no hash: before it what a write may replace, behind it what none does
BUCKETS: Final = np.uint64(1024)
FACTOR: Final = np.uint64(0x100000001B3)  # of hashes of several tokens (the prime of FNV-1a)
Lists = tuple[Numbers, Owners]  # values, and the position of the list that each belongs to


class Muted(Protocol):
    """What a viewer does not want to read at the moment."""

    @property
    def phrases(self) -> Mapping[int, Hashes]:
        """By their number of tokens, what `joined` makes of their tokens."""
        ...

    @property
    def domains(self) -> Numbers: ...


class Wording:
    """One list of tokens and one of domains per tweet, as hashes.

    The tokens are those of the text, then `#` and those of each hashtag; the domains those of the
    links, then those of the author's id, if it has a host.
    """

    def __init__(self) -> None:
        self.tokens = Packed()
        self.domains = Packed()

    def grow(self, rows: int) -> None:
        """Make room for at least so many tweets."""
        self.tokens.grow(rows)
        self.domains.grow(rows)

    def settle(self, row: Rows, hashtags: pl.Series, author: pl.Series) -> None:
        """Write what no later write replaces, for new tweets."""
        tags = [" ".join(f"#{tag}" for tag in tags or () if tag) for tags in hashtags.to_list()]
        ids = author.to_list()
        homes = {id_: text.host_of(id_) for id_ in {*ids} if id_ is not None}
        if any(tags):
            self._settle(self.tokens, row, _tokens([text.fold(one) for one in tags]))
        if any(homes.values()):
            found = [[home] if (home := homes.get(id_)) else [] for id_ in ids]
            self._settle(self.domains, row, _domains(found))

    def write(self, row: Rows, texts: Sequence[str | None]) -> None:
        """Write the texts of tweets anew."""
        folded = [text.fold(one or "") for one in texts]
        linked = [text.hosts(one) for one in folded]
        self._write(self.tokens, row, _tokens(folded))
        if any(linked) or self.domains.length[row].any():
            self._write(self.domains, row, _domains(linked))

    def clear(self, row: Rows) -> None:
        """Forget what these tweets say: they are deleted."""
        none = np.empty(0, np.uint32)
        for lists in (self.tokens, self.domains):
            lists.replace(row, none, none.astype(np.int64))

    def keep(self, row: Rows) -> None:
        """Only these tweets, from 0 on."""
        self.tokens.keep(row)
        self.domains.keep(row)

    def matches(self, tweet: Rows, muted: Muted) -> NDArray[np.bool_]:
        """Which of these tweets hold a muted phrase, or a host in a muted domain."""
        found = np.zeros(len(tweet), bool)
        tokens, domains = self.tokens, self.domains
        for count, wanted in muted.phrases.items():
            found |= _holds(tweet, tokens.data, tokens.start, tokens.length, count, wanted)
        if len(muted.domains):
            wanted = muted.domains.astype(np.uint64)
            found |= _holds(tweet, domains.data, domains.start, domains.length, 1, wanted)
        return found

    def _settle(self, lists: Packed, row: Rows, settled: Lists) -> None:
        mark = np.unique(settled[1])
        lists.replace(row, *_together((np.zeros(len(mark), np.uint32), mark), settled))

    def _write(self, lists: Packed, row: Rows, written: Lists) -> None:
        lists.replace(row, *_together(written, _settled(*lists.gather(row))))


def joined(tokens: Sequence[int]) -> int:
    """One hash of tokens that stand side by side."""
    whole = 0
    for token in tokens:
        whole = (whole * int(FACTOR) + token) % 2**64
    return whole


@kernel
def _holds(
    row: Rows, data: Numbers, start: Owners, length: Rows, count: int, wanted: Hashes
) -> NDArray[np.bool_]:
    """Whether the list of each row has `count` values side by side of which the hash is wanted."""
    found, may_be = np.empty(len(row), np.bool_), np.empty(np.int64(BUCKETS), np.bool_)
    found[:] = may_be[:] = False
    for one in wanted:
        may_be[one % BUCKETS] = True
    for i in range(len(row)):
        first = start[row[i]]
        for begin in range(first, first + length[row[i]] - count + 1):
            whole = np.uint64(0)
            for place in range(begin, begin + count):
                whole = whole * FACTOR + np.uint64(data[place])
            if may_be[whole % BUCKETS]:  # else it need not be compared with each
                for k in range(len(wanted)):
                    found[i] |= wanted[k] == whole
    return found


def _tokens(folded: Sequence[str]) -> Lists:
    """The hashes of the tokens of folded texts."""
    value, count = text.hashed_tokens(folded)
    return value, np.repeat(np.arange(len(count)), count)


def _domains(hosts: Sequence[Sequence[str]]) -> Lists:
    """The hashes of all domains that hosts lie in."""
    lists = [[one for host in some for one in text.domains(host)] for some in hosts]
    owner = np.repeat(np.arange(len(lists)), [len(names) for names in lists])
    return np.array(text.hashed(chain.from_iterable(lists)), np.uint32), owner


def _together(first: Lists, then: Lists) -> Lists:
    """For each owner the values of the first lists, then those of the others."""
    owner = np.concatenate([first[1], then[1]])
    order = np.argsort(owner, kind="stable")
    return np.concatenate([first[0], then[0]])[order].astype(np.uint32), owner[order]


def _settled(value: Numbers, owner: Owners) -> Lists:
    """What stands from `SETTLED` on in each list."""
    mark = np.flatnonzero(value == SETTLED)
    begins = np.full(int(owner[-1]) + 1 if len(owner) else 0, len(value))
    begins[owner[mark]] = mark
    stays = np.arange(len(value)) >= begins[owner]
    return value[stays], owner[stays]
