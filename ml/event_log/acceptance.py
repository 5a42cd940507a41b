"""Which entries of a batch are new to a log, and what they become there."""

from __future__ import annotations

from collections.abc import Sequence

from ml.event_log.assigned_times import AssignedTimes
from ml.event_log.port import Appended
from ml.event_log.record import Entry, Record
from ml.event_log.stored_row import Encoded

New = list[tuple[int, bytes, Encoded]]  # offset, digest of the id, row


def accept(
    end: int,
    entries: Sequence[Entry],
    digests: Sequence[bytes],
    rows: Sequence[Encoded],
    taken: set[bytes],
    times: AssignedTimes,
) -> tuple[Appended, New]:
    """Give offsets after `end` to the entries whose ids are not taken; the first of an id takes it.

    Args:
        taken: digests of the ids that the log has; those of this batch are added.
    """
    accepted, records, new = [], [], []
    for digest, entry, row in zip(digests, entries, rows, strict=True):
        accepted.append(digest not in taken)
        if accepted[-1]:
            taken.add(digest)
            end += 1
            if (at := times.of(entry)) != row.at:
                entry, row = entry._replace(at=at), row._replace(at=at)
            records.append(Record(end, entry))
            new.append((end, digest, row))
    return Appended(end, accepted, records), new
