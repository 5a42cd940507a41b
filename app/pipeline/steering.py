"""What the viewer wants of this feed at `query.now`, with rows and hashes in place of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

NO_ROWS: Final = np.empty(0, np.int32)
NO_TOKENS: Final = np.empty(0, np.uint32)


@dataclass(frozen=True, slots=True)
class Targets:
    """Tweets by what they are about, or where they come from; any of these is enough."""

    authors: NDArray[np.int32]
    topics: NDArray[np.uint32]
    phrases: Mapping[int, NDArray[np.uint64]]  # hashes by their number of words
    sources: frozenset[str]
    forms: frozenset[str]  # `replies`, `media`, `links`

    def without_authors(self) -> Targets:
        return replace(self, authors=NO_ROWS)


@dataclass(frozen=True, slots=True)
class Steering:
    """Each is None where the viewer asks for nothing of the sort."""

    no: Targets | None = None
    only: tuple[Targets, ...] = ()  # one for each kind of thing: a tweet must be among all of them
    less: Targets | None = None
    more: Targets | None = None
    settings: tuple[tuple[str, str], ...] = ()  # such as ("preset", "seed")

    def names(self, author: int) -> bool:
        """Whether an author is among what is asked for."""
        asked = (self.no, *self.only, self.less, self.more)
        return any(one is not None and author in one.authors for one in asked)

    def without_authors(self) -> Steering:
        """The same, but for what it says about authors."""
        no, less, more = (one and one.without_authors() for one in (self.no, self.less, self.more))
        only = tuple(one for one in self.only if not len(one.authors))
        return replace(self, no=no, only=only, less=less, more=more)
