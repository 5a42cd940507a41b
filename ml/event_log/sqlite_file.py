"""Open or create the SQLite file of an event log, and name it in errors."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ml.errors import DiskFullError, LogError

APPLICATION: Final = 0x464F5259  # "FORY", in the file's header
VERSION: Final = 1  # of the schema
BUSY_SECONDS: Final = 30.0  # another process may be compacting
PAGES_UNTIL_CHECKPOINT: Final = 4_000  # 16 MB of write-ahead log
LARGEST_WAL: Final = 64 * 2**20  # bytes that stay after a burst
LEAST_FREE: Final = 2**20  # bytes; a disk with less is full
CACHE_KIB: Final = 32_768

SCHEMA: Final = (
    """CREATE TABLE entries (
        offset INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        user TEXT,
        body TEXT NOT NULL
    )""",
    # Keyed digests are shorter than most ids, and hold no personal data once the entry is gone.
    "CREATE TABLE ids (digest BLOB PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX erasures ON entries (user, offset) WHERE kind = 'delete_user'",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)
REMEDIES: Final = {
    sqlite3.SQLITE_NOTADB: "it is another kind of file; name one that does not exist yet",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore it from a backup",
    sqlite3.SQLITE_CANTOPEN: "expected a file, or a folder in which one can be made",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_BUSY: "another process holds it; try again",
}


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the log in a file, which is created if it does not exist.

    Raises:
        LogError: the file cannot be opened, or holds no log that this code can read.
    """
    with naming_errors(path):
        connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    try:
        with naming_errors(path):
            _adopt(connection, path)
            _wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES_UNTIL_CHECKPOINT}")
            connection.execute(f"PRAGMA journal_size_limit = {LARGEST_WAL}")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def naming_errors(path: Path) -> Iterator[None]:
    """Turn a SQLite or OS error into a LogError that names the file and the remedy."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        code = getattr(error, "sqlite_errorcode", -1) & 0xFF
        remedy = REMEDIES.get(code, "see that it can be read and written")
        kind = LogError
        if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path)):
            kind, remedy = DiskFullError, REMEDIES[sqlite3.SQLITE_FULL]
        raise kind(f"the event log {path}: {error}; {remedy}") from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit all statements or none; other writers wait, readers do not."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_full(path: Path) -> bool:
    """Whether the disk has no room; SQLite reports that of its shared memory as an I/O error."""
    return shutil.disk_usage(path.parent).free < LEAST_FREE


def _adopt(connection: sqlite3.Connection, path: Path) -> None:
    """Create the schema in an empty file; refuse any other file before writing to it."""
    with transaction(connection):
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application == 0 and version == 0 and tables == 0:
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('secret', ?)", [secrets.token_bytes(32)])
        elif application != APPLICATION:
            raise LogError(
                f"{path} is a SQLite database of something else, expected an event log; "
                f"name a file that does not exist yet"
            )
        elif version != VERSION:
            raise LogError(
                f"the event log {path} has schema {version}, this code knows {VERSION}; "
                f"run the code that wrote it"
            )


def _wal(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, so that readers and the writer do not wait."""
    until = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:  # another process opens the new file at this moment
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
