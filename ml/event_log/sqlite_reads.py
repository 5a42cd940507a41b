"""What is read from the tables of an event log, and the checks that nothing there has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ml.errors import LogError
from ml.event_log.checked_row import DAMAGED, checked
from ml.event_log.record import Record
from ml.event_log.stored_row import NO_IDS, Checksums, Encoded, decode, with_ids

END: Final = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'"
ROWS: Final = """SELECT e.offset, e.event_id, e.kind, e.at, e.user, e.body, e.checksum,
    d.body, d.checksum FROM entries AS e LEFT JOIN details AS d USING (offset)"""
WITHOUT_DETAILS: Final = """SELECT offset, event_id, kind, at, user, body, checksum, NULL, NULL
    FROM entries AS e"""
BEHIND: Final = "WHERE e.offset > ? ORDER BY e.offset LIMIT ?"
ONE: Final = f"{ROWS} WHERE e.offset = ?"
OFFSET: Final = "SELECT offset FROM ids WHERE digest = ?"
GONE: Final = "SELECT count(*) FROM gone WHERE offset > ? AND offset <= ?"
BOTH: Final = f"{GONE} AND offset IN (SELECT offset FROM entries)"
CHAIN: Final = "SELECT value FROM chain WHERE offset >= ? ORDER BY offset LIMIT 1"
HEAD: Final = "SELECT offset, value, ids FROM chain ORDER BY offset DESC LIMIT 1"


def end(connection: sqlite3.Connection) -> int:
    """The last offset; 0 for an empty log."""
    return int(connection.execute(END).fetchone()[0])


def chain(connection: sqlite3.Connection, offset: int) -> bytes | None:
    """The digest at the end of the batch that holds an offset; None beyond the end."""
    found = connection.execute(CHAIN, [offset]).fetchone()
    return bytes(found[0]) if found else None


def head(connection: sqlite3.Connection, path: Path) -> tuple[int, bytes, bytes]:
    """The last offset, the chain there, and the exclusive or of all ids.

    Raises:
        LogError: they do not belong together.
    """
    last = end(connection)
    offset, value, ids = connection.execute(HEAD).fetchone() or (0, b"", NO_IDS)
    if offset != last:
        raise LogError(
            f"the event log {path} ends at record {last}, its chain of digests at {offset}, so "
            f"the file has changed on disk; {DAMAGED}"
        )
    return last, value, ids


def read(
    connection: sqlite3.Connection,
    path: Path,
    checksums: Checksums,
    after: int,
    limit: int,
    details: bool = True,
) -> list[Record]:
    """At most `limit` records after an offset, with the details of served pages or without.

    Raises:
        LogError: one of them has changed on disk, or is missing and was not erased.
    """
    columns = ROWS if details else WITHOUT_DETAILS
    rows = connection.execute(f"{columns} {BEHIND}", [after, limit]).fetchall()
    records = [_record(row, path, checksums, details) for row in rows]
    last = records[-1].offset if len(rows) == limit > 0 else max(end(connection), after)
    if last - after != len(rows):
        between = [after, last]
        (gone,) = connection.execute(GONE, between).fetchone()
        (both,) = connection.execute(BOTH, between).fetchone()
        if both or last - after != len(rows) + gone:
            raise LogError(
                f"the event log {path} holds {len(rows)} records from {after + 1} to {last}, "
                f"expected {last - after - gone}, so the file has changed on disk; {DAMAGED}"
            )
    return records


def find(
    connection: sqlite3.Connection, path: Path, checksums: Checksums, event_id: str
) -> Record | None:
    """The record of an id, unless it was never accepted or is erased.

    Raises:
        LogError: it has changed on disk.
    """
    digest = checksums.of_id(event_id)
    found = connection.execute(OFFSET, [digest]).fetchone()
    if found is None:
        return None
    row = connection.execute(ONE, found).fetchone()
    if row is None and connection.execute(GONE, [found[0] - 1, found[0]]).fetchone() == (1,):
        return None
    record = _record(row, path, checksums) if row else None
    if record is None or record.entry.event_id != event_id:
        raise LogError(
            f"the event log {path} has no record of {event_id!r} at {found[0]}, where it was, so "
            f"the file has changed on disk; {DAMAGED}"
        )
    return record


def verify(connection: sqlite3.Connection, path: Path, checksums: Checksums, page: int) -> None:
    """Read everything.

    Raises:
        LogError: something has changed on disk.
    """
    for (fault,) in connection.execute("PRAGMA integrity_check(1)").fetchall():
        if fault != "ok":
            found = " ".join(fault.split())  # it may have several lines
            raise LogError(f"the event log {path}: {found}; {DAMAGED}")
    _, _, ids = head(connection, path)
    digests = [digest for (digest,) in connection.execute("SELECT digest FROM ids")]
    if with_ids(NO_IDS, digests) != ids:
        raise LogError(
            f"the event log {path}: the ids that were accepted are not those that are taken, so "
            f"the file has changed on disk; {DAMAGED}"
        )
    after = 0
    while records := read(connection, path, checksums, after, page):
        for record in records:
            if find(connection, path, checksums, record.entry.event_id) is None:
                raise LogError(
                    f"the event log {path}: the id of record {record.offset} is not taken, so the "
                    f"file has changed on disk; {DAMAGED}"
                )
        after = records[-1].offset


def row(connection: sqlite3.Connection, path: Path, checksums: Checksums, offset: int) -> Encoded:
    """The row of a record that is there.

    Raises:
        LogError: it has changed on disk.
    """
    return checked(connection.execute(ONE, [offset]).fetchone(), path, checksums)


def _record(row: Sequence[Any], path: Path, checksums: Checksums, details: bool = True) -> Record:
    return decode(row[0], checked(row, path, checksums, details))
