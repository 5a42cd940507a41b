"""The log is the truth; every process is a state machine that reads it from an offset on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ml.event_log.record import Entry, Record


@dataclass(frozen=True, slots=True)
class Appended:
    """Whoever has applied the log up to `offset` has applied everything that was given."""

    offset: int
    accepted: list[bool]  # False: an entry of this event_id was accepted before


class EventLog(Protocol):
    """What we need of a log, wherever it is kept. What cannot be done raises a LogError.

    Any thread may call. Offsets begin at 1, only grow, and become visible in their order: who has
    read up to one never finds a smaller one later.
    """

    def append(self, entries: Sequence[Entry]) -> Appended:
        """Accept all that are new, in one step; they are on disk when this returns."""

    def read(self, after: int, limit: int) -> list[Record]:
        """The first records behind an offset, in order."""

    def find(self, event_id: str) -> Record | None:
        """The entry that was accepted under this id, unless it is erased."""

    @property
    def end(self) -> int:
        """The last offset; 0 where there was none yet."""

    def secret(self) -> bytes:
        """32 random bytes that belong to this log: the same for every process, every time."""

    def compact(self, forget_served_before: int | None = None) -> int:
        """Remove what is to be forgotten, down to the bytes; how many entries that were.

        These are all entries of a `user` before their last DELETE_USER, which itself stays, and
        what was SERVED before a moment (microseconds), if one is given. An id that was accepted
        stays taken. Appending waits meanwhile.
        """

    def close(self) -> None:
        """Let go of it; to be called once nobody uses it any more."""
