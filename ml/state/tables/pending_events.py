"""Events about tweets that are not known yet: they wait until the tweets come."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

ROOM: Final = 10_000  # events kept waiting: enough for a catalogue some seconds behind its events
SERVED: Final = -1  # no action: the tweet was served


class Waiting(NamedTuple):
    """One event without its tweet."""

    at: int
    tiebreak: int
    action: int  # or SERVED
    user: int
    target: int
    position: float
    request: int = 0  # the key of the request that served it
    weight: float = 1.0  # as evidence


class PendingEvents:
    """Events by the id of their tweet, in the order of the log. Where one is too many, the one
    that has waited the longest is dropped: that depends on the log alone, not on batches."""

    def __init__(self) -> None:
        self._in_order: OrderedDict[int, tuple[str, Waiting]] = OrderedDict()
        self._of: dict[str, list[int]] = {}
        self._count = 0  # that ever waited

    def __len__(self) -> int:
        return len(self._in_order)

    def __iter__(self) -> Iterator[tuple[str, Waiting]]:
        return iter(self._in_order.values())

    def add(self, waiting: Iterable[tuple[str, Waiting]]) -> None:
        """Keep these, given in the order of the log."""
        for id_, one in waiting:
            self._of.setdefault(id_, []).append(self._count)
            self._in_order[self._count] = id_, one
            self._count += 1
            if len(self._in_order) > ROOM:
                self._drop(next(iter(self._in_order)))

    def take(self, ids: Iterable[str]) -> list[tuple[str, Waiting]]:
        """Remove and return the events that waited for these tweets."""
        if not self._in_order:
            return []
        return [self._in_order.pop(place) for id_ in ids for place in self._of.pop(id_, ())]

    def forget(self, user: int, upto: tuple[int, int]) -> None:
        """Drop what a user did until then."""
        gone = [
            place
            for place, (_, one) in self._in_order.items()
            if one.user == user and (one.at, one.tiebreak) <= upto
        ]
        for place in gone:
            self._drop(place)

    def _drop(self, place: int) -> None:
        id_, _ = self._in_order.pop(place)
        self._of[id_].remove(place)
        if not self._of[id_]:
            del self._of[id_]
