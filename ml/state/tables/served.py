"""Which tweets were in which answers, so that nobody claims to have seen what they were not shown.

Of each pair of viewer and tweet the newest answer is kept. What was offered to somebody who has no
row yet is kept apart, up to a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.kernels import kernel
from ml.state.structures.event_order import NEVER
from ml.state.structures.pair_times import PairTimes

Keys = NDArray[np.int64]
NO_REQUEST: Final = 0
OFFERS: Final = 100_000  # pairs of request and tweet; some ten thousand answers


def request_key(user_id: str, request_id: str) -> int:
    """A number that stands for a request of a user; the same in every process."""
    digest = blake2b(f"{user_id}\0{request_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1 or 1


class Served(PairTimes):
    """When a tweet was last in an answer to a viewer, and in which."""

    ROOM: ClassVar[Mapping[str, float]] = {**PairTimes.ROOM, "request": NO_REQUEST}

    def __init__(self, left: int = 0) -> None:
        super().__init__(left)
        self.request = np.empty(0, np.int64)  # of each pair, the key of its newest request

    def add_request(self, left: Rows, right: Rows, at: Times, request: Keys) -> None:
        """These pairs were in these requests; of one second, the greater key stands."""
        row = self._meet(left, right)
        _serve(self.at, self.request, row, at, request)

    def _take(self, row: Rows, right: Rows | None = None) -> None:
        self.request = self.request[row]
        super()._take(row, right)

    def at_request(self, left: int, right: int, request: int) -> int | None:
        """When a pair was in a request, if that is the newest of the pair."""
        row = int(self.index.find(np.array([left], np.int32), np.array([right], np.int32))[0])
        if row < 0 or self.request[row] != request or self.at[row] == NEVER:
            return None
        return int(self.at[row])


@kernel
def _serve(newest: Times, newest_request: Keys, row: Rows, at: Times, request: Keys) -> None:
    """Keep the newest answer of each pair, and which that was."""
    for i in range(len(row)):
        this = row[i]
        if (at[i], request[i]) > (newest[this], newest_request[this]):
            newest[this], newest_request[this] = at[i], request[i]


class Offers:
    """What was offered to people who have no row: (request, tweet id), the newest ones."""

    def __init__(self) -> None:
        self.at: dict[tuple[int, str], int] = {}

    def add(self, request: int, tweet_id: str, at: int) -> None:
        """Offer a tweet; its newest time stands, whatever the order. Of too many, the one that
        comes first in the order of the log is forgotten."""
        self.at[request, tweet_id] = max(at, self.at.pop((request, tweet_id), at))
        if len(self.at) > OFFERS:
            del self.at[next(iter(self.at))]

    def at_request(self, request: int, tweet_id: str) -> int | None:
        """When a tweet was offered in a request."""
        return self.at.get((request, tweet_id))
