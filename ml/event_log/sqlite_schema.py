"""The tables of an event log in SQLite: created in an empty file, migrated in an older one."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

from ml.errors import LogError
from ml.event_log.checked_row import DAMAGED
from ml.event_log.record import Entry, Kind
from ml.event_log.stored_row import NO_IDS, Checksums, Encoded, encode, with_ids

APPLICATION: Final = 0x464F5259  # "FORY", in the file's header
VERSION: Final = 2  # of the schema
PAGE: Final = 1_000  # records that are migrated at once

ADDED_IN_2: Final = (
    # What only later pages need of a served page, until its cursor has expired.
    """CREATE TABLE details (
        offset INTEGER PRIMARY KEY,
        body BLOB NOT NULL,
        checksum BLOB NOT NULL
    )""",
    # The running digest of what was appended, at the last offset of each batch; erasure leaves it.
    """CREATE TABLE chain (
        offset INTEGER PRIMARY KEY,
        value BLOB NOT NULL,
        ids BLOB NOT NULL
    )""",
    # The offsets of erased entries: any other offset without an entry is a loss.
    "CREATE TABLE gone (offset INTEGER PRIMARY KEY)",
    """CREATE TRIGGER erased AFTER DELETE ON entries BEGIN
        INSERT INTO gone VALUES (old.offset);
        DELETE FROM details WHERE offset = old.offset;
    END""",
    "CREATE INDEX unexpired ON entries (at) WHERE kind = 'served'",
    # The newest time of each user, after which the times that the log assigns come.
    "CREATE INDEX newest ON entries (user, at) WHERE kind NOT IN ('served', 'shown')",
)
SCHEMA: Final = (
    """CREATE TABLE entries (
        offset INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        user TEXT,
        body TEXT NOT NULL,
        checksum BLOB
    )""",
    # Keyed digests are shorter than most ids, and hold no personal data once the entry is gone.
    "CREATE TABLE ids (digest BLOB PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX erasures ON entries (user, offset) WHERE kind = 'delete_user'",
    *ADDED_IN_2,
    f"PRAGMA application_id = {APPLICATION}",
)
OURS: Final = ("chain", "details", "entries", "erased", "erasures", "gone", "ids", "meta")


def adopt(connection: sqlite3.Connection, path: Path) -> None:
    """Create the tables in an empty file, or migrate those of an older version, within the
    transaction of the caller; refuse any other file before writing to it.

    Raises:
        LogError: it is something else, of a newer version, or damaged.
    """
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == 0 and version == 0 and tables == 0:
        _run(connection, SCHEMA)
        connection.execute("INSERT INTO meta VALUES ('secret', ?)", [secrets.token_bytes(32)])
        _stamp(connection)
    elif application != APPLICATION:
        raise LogError(
            f"{path} is a SQLite database of something else, expected an event log; "
            f"name a file that does not exist yet"
        )
    elif version == 1:
        _migrate(connection, path)
    elif version != VERSION:
        raise LogError(
            f"the event log {path} has schema {version}, this code knows {VERSION}; "
            f"run the code that wrote it"
        )
    elif _meta(connection, path, "schema") != _fingerprint(connection):
        raise LogError(
            f"the event log {path}: its tables are not declared as they were, so the file has "
            f"changed on disk; {DAMAGED}"
        )


def secret(connection: sqlite3.Connection, path: Path) -> bytes:
    """The random bytes of this log.

    Raises:
        LogError: they are not there.
    """
    return _meta(connection, path, "secret")


def _meta(connection: sqlite3.Connection, path: Path, name: str) -> bytes:
    found = connection.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
    if found is None or not isinstance(found[0], bytes):
        raise LogError(
            f"the event log {path} has lost its {name}, so the file has changed on disk; {DAMAGED}"
        )
    return found[0]


def _stamp(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO meta VALUES ('schema', ?)", [_fingerprint(connection)])
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _fingerprint(connection: sqlite3.Connection) -> bytes:
    """A hash of the declarations that this code relies on."""
    places = ",".join("?" * len(OURS))
    declared = f"SELECT name, sql FROM sqlite_schema WHERE name IN ({places}) ORDER BY name"
    found = json.dumps(connection.execute(declared, OURS).fetchall())
    return blake2b(found.encode(), digest_size=16).digest()


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """From 0.3.0: checksums, details of served pages apart, and a chain that begins here."""
    connection.execute("ALTER TABLE entries ADD COLUMN checksum BLOB")
    _run(connection, ADDED_IN_2)
    checksums = Checksums(secret(connection, path))
    after, chain = 0, b""
    while rows := connection.execute(
        "SELECT offset, event_id, kind, at, user, body FROM entries "
        "WHERE offset > ? ORDER BY offset LIMIT ?",
        [after, PAGE],
    ).fetchall():
        sums = []
        for offset, event_id, kind, at, user, body in rows:
            try:
                row = encode(Entry(event_id, Kind(kind), at, user, json.loads(body)))
            except (ValueError, TypeError) as error:
                raise LogError(
                    f"the event log {path}: record {offset} cannot be read ({error}); {DAMAGED}"
                ) from error
            sums.append(checksums.of_row(offset, row))
            connection.execute(
                "UPDATE entries SET body = ?, checksum = ? WHERE offset = ?",
                [row.body, sums[-1], offset],
            )
            put_details(connection, checksums, [(offset, row)])
            mark_gone(connection, after + 1, offset)
            after = offset
        chain = checksums.extended(chain, sums)
    end = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'entries'")
    (last,) = end.fetchone()
    if last:
        mark_gone(connection, after + 1, last + 1)
        digests = connection.execute("SELECT digest FROM ids")
        ids = with_ids(NO_IDS, [digest for (digest,) in digests])
        value = checksums.extended(chain, [b"%d" % last])
        connection.execute("INSERT INTO chain VALUES (?, ?, ?)", [last, value, ids])
    _stamp(connection)


def put_details(
    connection: sqlite3.Connection, checksums: Checksums, rows: Iterable[tuple[int, Encoded]]
) -> None:
    """Insert what only later pages need, of the rows that have any."""
    connection.executemany(
        "INSERT INTO details VALUES (?, ?, ?)",
        [
            (offset, row.details, checksums.of_details(offset, row.details))
            for offset, row in rows
            if row.details is not None
        ],
    )


def mark_gone(connection: sqlite3.Connection, first: int, end: int) -> None:
    """There are no entries from an offset to before another."""
    rows = ((offset,) for offset in range(first, end))
    connection.executemany("INSERT INTO gone VALUES (?)", rows)


def _run(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(statement)
