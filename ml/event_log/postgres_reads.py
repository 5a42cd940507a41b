"""What is read from the tables of a log in Postgres, and the checks that nothing is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ml.errors import LogError
from ml.event_log.checked_row import DAMAGED, checked
from ml.event_log.postgres_session import Connection
from ml.event_log.record import Record
from ml.event_log.stored_row import DEFLATED, NO_IDS, Checksums, Encoded, decode, with_ids

KINDS_IN_BYTES: Final = frozenset(map(str, DEFLATED))
COLUMNS: Final = "position, event_id, kind, at, user_id, body, checksum"
WHOLE: Final = f"{COLUMNS}, details, of_details"
SHORT: Final = f"{COLUMNS}, NULL::bytea AS details, NULL::bytea AS of_details"
# One statement, so that the end and the entries are of one moment.
READ: Final = """SELECT head.position, e.* FROM head LEFT JOIN LATERAL (
    SELECT {columns} FROM entries WHERE position > %b ORDER BY position LIMIT %b
) AS e ON true ORDER BY e.position"""
COUNTS: Final = """SELECT
    (SELECT count(*) FROM entries WHERE position > %(after)s AND position <= %(last)s),
    (SELECT count(*) FROM gone WHERE position > %(after)s AND position <= %(last)s),
    (SELECT count(*) FROM gone JOIN entries USING (position)
        WHERE position > %(after)s AND position <= %(last)s)"""
FIND: Final = f"""SELECT i.position, EXISTS (SELECT FROM gone WHERE position = i.position), e.*
    FROM ids AS i LEFT JOIN LATERAL (
        SELECT {WHOLE} FROM entries WHERE position = i.position
    ) AS e ON true WHERE digest = %b"""
CHAIN: Final = "SELECT value FROM chain WHERE position >= %b ORDER BY position LIMIT 1"
HEAD: Final = """SELECT head.position, head.chain, head.ids, c.position, c.value FROM head
    LEFT JOIN LATERAL (SELECT * FROM chain ORDER BY position DESC LIMIT 1) AS c ON true"""
MATCHED: Final = """SELECT count(*) FROM unnest(%b::bytea[], %b::bigint[]) AS g(digest, position)
    JOIN ids USING (digest, position)"""


def read(
    connection: Connection,
    name: str,
    checksums: Checksums,
    after: int,
    limit: int,
    details: bool = True,
) -> list[Record]:
    """At most `limit` records after a position, with the details of served pages or without.

    Raises:
        LogError: one of them has changed, or is missing and was not erased; or the log ends before
            that position.
    """
    question = READ.format(columns=WHOLE if details else SHORT)
    rows = connection.cursor(binary=True).execute(question, [after, limit]).fetchall()
    end = rows[0][0]
    if end < after:
        raise LogError(
            f"the event log {name} ends at record {end}, and {after} were read: it was restored, "
            f"or its standby that took over lacks some; start this process again"
        )
    rows = [row[1:] for row in rows if row[1] is not None]
    records = [decode(row[0], _checked(row, name, checksums, details)) for row in rows]
    last = records[-1].offset if len(rows) == limit > 0 else end
    if last - after != len(rows):
        _count(connection, name, after, last)
    return records


def find(connection: Connection, name: str, checksums: Checksums, event_id: str) -> Record | None:
    """The record of an id, unless it was never accepted or is erased.

    Raises:
        LogError: it has changed.
    """
    digest = checksums.of_id(event_id)
    found = connection.cursor(binary=True).execute(FIND, [digest]).fetchone()
    if found is None:
        return None
    position, is_gone, *row = found
    if row[0] is None and is_gone:
        return None
    record = decode(row[0], _checked(row, name, checksums)) if row[0] is not None else None
    if record is None or record.entry.event_id != event_id:
        raise LogError(
            f"the event log {name} has no record of {event_id!r} at {position}, where it was; "
            f"{DAMAGED}"
        )
    return record


def row(connection: Connection, name: str, checksums: Checksums, position: int) -> Encoded:
    """The row of a record that is there.

    Raises:
        LogError: it has changed.
    """
    one = f"SELECT {WHOLE} FROM entries WHERE position = %b"
    found = connection.cursor(binary=True).execute(one, [position]).fetchone()
    assert found is not None
    return _checked(found, name, checksums)


def chain(connection: Connection, position: int) -> bytes | None:
    """The digest at the end of the batch that holds a position; None beyond the end."""
    found = connection.cursor(binary=True).execute(CHAIN, [position]).fetchone()
    return bytes(found[0]) if found else None


def verify(connection: Connection, name: str, checksums: Checksums, page: int) -> None:
    """Read everything.

    Raises:
        LogError: something has changed.
    """
    cursor = connection.cursor(binary=True)
    end, value, ids, chained, of_chain = cursor.execute(HEAD).fetchone() or (0, b"", b"", 0, b"")
    if end and (end, value) != (chained, of_chain):
        raise LogError(
            f"the event log {name} ends at record {end}, its chain of digests at {chained}; "
            f"{DAMAGED}"
        )
    taken = cursor.execute("SELECT digest FROM ids WHERE position <= %b", [end]).fetchall()
    if with_ids(NO_IDS, [digest for (digest,) in taken]) != ids:
        raise LogError(
            f"the event log {name}: the ids that were accepted are not those that are taken; "
            f"{DAMAGED}"
        )
    after = 0
    while records := read(connection, name, checksums, after, page):
        digests = [checksums.of_id(one.entry.event_id) for one in records]
        given = digests, [one.offset for one in records]
        if connection.execute(MATCHED, given).fetchone() != (len(records),):
            raise LogError(
                f"the event log {name}: the id of a record behind {after} is not taken; {DAMAGED}"
            )
        after = records[-1].offset


def _count(connection: Connection, name: str, after: int, last: int) -> None:
    """Compare what is there with what was erased, both of one moment."""
    counted = connection.execute(COUNTS, {"after": after, "last": last}).fetchone()
    assert counted is not None
    there, gone, both = counted
    if both or there + gone != last - after:
        raise LogError(
            f"the event log {name} holds {there} records from {after + 1} to {last}, expected "
            f"{last - after - gone}; {DAMAGED}"
        )


def _checked(
    row: Sequence[Any], name: str, checksums: Checksums, expects_details: bool = True
) -> Encoded:
    position, event_id, kind, at, user, body, *rest = row
    if kind not in KINDS_IN_BYTES:
        body = body.decode()
    who = None if user is None else as_text(user)
    return checked(
        (position, as_text(event_id), kind, at, who, body, *rest), name, checksums, expects_details
    )


def as_text(raw: bytes) -> str:
    """The text that `as_bytes` stored."""
    return raw.decode("utf-8", "surrogatepass")


def as_bytes(text: str) -> bytes:
    """A text as it is stored: any text, a NUL included."""
    return text.encode("utf-8", "surrogatepass")
