"""The event log that every process reads, from an offset on, to build its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ml.event_log.record import Entry, Record


@dataclass(frozen=True, slots=True)
class Appended:
    """The result of an append; a state at `offset` or later includes all its entries."""

    offset: int
    accepted: list[bool]  # False where an entry of this event_id was accepted before
    records: list[Record] = field(default_factory=list, compare=False)  # of those accepted


class Lease(Protocol):
    """Work that one process does for all that share a log."""

    def is_held(self) -> bool:
        """Whether this process holds the lease; it takes it where nobody does. It may lose it, and
        get it again, with its connection.

        Raises:
            LogError: whether it does cannot be found out.
        """

    def close(self) -> None:
        """Let another process hold it."""


class EventLog(Protocol):
    """An append-only log of entries. Every method raises a LogError when it fails.

    Any thread may call. Offsets begin at 1, only grow, and become visible in order: a reader that
    has read up to an offset never finds a smaller one later.
    """

    def append(self, entries: Sequence[Entry]) -> Appended:
        """Append all new entries in one transaction; they are on disk when this returns.

        The time of an entry that is `assigned` becomes a microsecond later than that of the newest
        entry of its user, SERVED aside, where it is not later already.
        """

    def probe(self) -> None:
        """Write something that means nothing; it fails where appending would."""

    def read(self, after: int, limit: int, with_pools: bool = True) -> list[Record]:
        """At most `limit` records after an offset, in order; what only later pages need of SERVED
        entries costs most of the time, and may be left out."""

    def find(self, event_id: str) -> Record | None:
        """The entry that was accepted under this id, unless it is erased."""

    @property
    def end(self) -> int:
        """The last offset; 0 for an empty log."""

    def chain(self, offset: int) -> bytes | None:
        """The running digest of all that was appended, at the end of the batch that holds an
        offset; empty for 0, None beyond the end.

        Two logs whose digests agree at an offset had the same entries appended up to there. What
        is erased or rewritten later does not change it.
        """

    def secret(self) -> bytes:
        """32 random bytes of this log; every process always gets the same ones."""

    def expire_served(self, before: int, limit: int) -> int:
        """Rewrite at most `limit` SERVED entries from before a moment (microseconds) as SHOWN, each
        at its own offset and in one transaction; returns the number of entries.

        A SHOWN entry has what was shown, to whom and when, and nothing that only a later page
        needs. What is made of the log, a state or tables, is the same before and after.
        """

    def verify(self) -> None:
        """Read everything; a LogError names what has changed on disk since it was written."""

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

    def lease(self, name: str) -> Lease:
        """A lease of this name, which at most one of the processes that share the log holds. That
        of a process that was killed is free within seconds."""

    def close(self) -> None:
        """Close the log; call it when no thread uses the log any more."""
