"""Move a log from a SQLite file into Postgres, record by record as it is stored.

Positions, digests and the secret stay what they are, so cursors, offsets that clients hold and
snapshots remain good.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from ml.errors import LogError
from ml.event_log.postgres import PostgresLog
from ml.event_log.postgres_reads import as_bytes
from ml.event_log.postgres_session import Connection, PostgresSession
from ml.event_log.sqlite import SqliteLog
from ml.event_log.sqlite_file import connect
from ml.progress import progress

PAGE: Final = 2_000  # rows between two looks at the progress

Row = tuple[Any, ...]
ENTRIES: Final = """SELECT e.offset, e.event_id, e.kind, e.at, e.user, e.body, e.checksum, d.body,
    d.checksum FROM entries AS e LEFT JOIN details AS d USING (offset) ORDER BY e.offset"""
TABLES: Final = {  # of which nothing changes but the name of a column
    "ids": "SELECT digest, offset FROM ids",
    "chain": "SELECT offset, value, ids FROM chain",
    "gone": "SELECT offset FROM gone",
}
HEAD: Final = "SELECT offset, value, ids FROM chain ORDER BY offset DESC LIMIT 1"
SECRET: Final = "UPDATE meta SET value = %s WHERE name = 'secret'"
THROUGH: Final = "INSERT INTO meta VALUES ('erased_through', %s)"


def copy_log(source: Path, target: str) -> int:
    """Copy a log, and compare the copy; the number of records.

    No service may be writing to the file meanwhile: what it writes after the start of the copy is
    not in it.

    Raises:
        LogError: the file is no whole log, or the database has a log that is not empty.
    """
    if not source.is_file():
        raise LogError(f"there is no event log {source}")
    with closing(SqliteLog(source)) as log:
        log.verify()
    with closing(PostgresLog(target)) as log:  # which makes the tables
        if log.end:
            raise LogError(f"the log to copy to holds {log.end} records already; name an empty one")
    with closing(connect(source)) as reading, closing(PostgresSession(target)) as session:
        reading.execute("BEGIN")  # one moment of the file
        copied = session.run(lambda connection: _copy(reading, connection))
    with closing(PostgresLog(target)) as log:  # with the secret that it has by now
        log.verify()
    return copied


def _copy(reading: sqlite3.Connection, connection: Connection) -> int:
    """All tables in one transaction."""
    (count,) = reading.execute("SELECT count(*) FROM entries").fetchone()
    with connection.transaction():
        locked = connection.execute("SELECT position FROM head FOR UPDATE").fetchone()
        if locked != (0,):
            raise LogError("somebody writes to the log to copy to; name an empty one")
        with progress(count, "event log", "records") as shown:
            entries = reading.execute(ENTRIES)
            while rows := entries.fetchmany(PAGE):
                _put(connection, "entries", map(_stored, rows))
                shown.update(len(rows))
        for table, question in TABLES.items():
            _put(connection, table, reading.execute(question))
        if (head := reading.execute(HEAD).fetchone()) is not None:
            connection.execute("UPDATE head SET position = %s, chain = %s, ids = %s", head)
        meta = dict(reading.execute("SELECT name, value FROM meta"))
        connection.execute(SECRET, [meta["secret"]])
        if "erased_through" in meta:
            connection.execute(THROUGH, [b"%d" % meta["erased_through"]])
    return int(count)


def _put(connection: Connection, table: str, rows: Iterator[Row] | sqlite3.Cursor) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _stored(row: Row) -> Row:
    """A row of SQLite as Postgres holds it."""
    offset, event_id, kind, at, user, body, *rest = row
    who = None if user is None else as_bytes(user)
    text = body.encode() if isinstance(body, str) else body
    return (offset, as_bytes(event_id), kind, at, who, text, *rest)
