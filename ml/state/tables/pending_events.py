"""Events about tweets that are not known yet: they wait until the tweets come."""

from __future__ import annotations

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
    """Events by the id of their tweet. Where there are too many, the oldest are dropped."""

    def __init__(self) -> None:
        self._of: dict[str, list[Waiting]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[str, Waiting]]:
        return ((id_, one) for id_, waiting in self._of.items() for one in waiting)

    def add(self, waiting: Iterable[tuple[str, Waiting]]) -> None:
        for id_, one in waiting:
            self._of.setdefault(id_, []).append(one)
            self._count += 1
        if self._count > ROOM:
            self._replace(
                sorted(self, key=lambda pending: (pending[1], pending[0]))[-ROOM * 9 // 10 :]
            )

    def take(self, ids: Iterable[str]) -> list[tuple[str, Waiting]]:
        """Remove and return the events that waited for these tweets."""
        if not self._count:
            return []
        taken = [(id_, one) for id_ in ids for one in self._of.pop(id_, ())]
        self._count -= len(taken)
        return taken

    def forget(self, user: int, upto: tuple[int, int]) -> None:
        """Drop what a user did until then."""
        gone = [one.user == user and (one.at, one.tiebreak) <= upto for _, one in self]
        if any(gone):
            self._replace([one for one, drop in zip(self, gone, strict=True) if not drop])

    def _replace(self, kept: list[tuple[str, Waiting]]) -> None:
        self._of, self._count = {}, 0
        self.add(kept)
