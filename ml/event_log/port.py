"""The event log that every process reads, from an offset on, to build its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ml.event_log.record import Entry, Record


@dataclass(frozen=True, slots=True)
class Appended:
    """The result of an append; a state at `offset` or later includes all its entries."""

    offset: int
    accepted: list[bool]  # False where an entry of this event_id was accepted before


class EventLog(Protocol):
    """An append-only log of entries. Every method raises a LogError when it fails.

    Any thread may call. Offsets begin at 1, only grow, and become visible in order: a reader that
    has read up to an offset never finds a smaller one later.
    """

    def append(self, entries: Sequence[Entry]) -> Appended:
        """Append all new entries in one transaction; they are on disk when this returns."""

    def probe(self) -> None:
        """Write something that means nothing; it fails where appending would."""

    def read(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records after an offset, in order."""

    def find(self, event_id: str) -> Record | None:
        """The entry that was accepted under this id, unless it is erased."""

    @property
    def end(self) -> int:
        """The last offset; 0 for an empty log."""

    def secret(self) -> bytes:
        """32 random bytes of this log; every process always gets the same ones."""

    @property
    def erasure_is_due(self) -> bool:
        """Whether entries of erased users are still there, or their bytes."""

    def compact(self, forget_served_before: int | None = None) -> int:
        """Erase entries for good, their bytes in the file too; returns the number of entries.

        It erases the entries of a `user` before their last DELETE_USER, which itself stays, and
        SERVED entries before `forget_served_before` (microseconds), if given. An `event_id` that
        was accepted stays taken. It goes in slices, between which others may append; what is
        killed on the way is finished by the next call.
        """

    def close(self) -> None:
        """Close the log; call it when no thread uses the log any more."""
