"""Open or create the SQLite file of an event log, and name it in errors."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ml.errors import DiskFullError, LogError
from ml.event_log.checked_row import DAMAGED
from ml.event_log.sqlite_schema import adopt

BUSY_SECONDS: Final = 30.0  # another process may be compacting
PAGES_UNTIL_CHECKPOINT: Final = 4_000  # 16 MB of write-ahead log
LARGEST_WAL: Final = 64 * 2**20  # bytes that stay after a burst
LEAST_FREE: Final = 2**20  # bytes; a disk with less is full
CACHE_KIB: Final = 32_768

REMEDIES: Final = {
    sqlite3.SQLITE_NOTADB: "it is another kind of file; name one that does not exist yet",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_ERROR: DAMAGED,  # our statements are valid where the tables are ours
    sqlite3.SQLITE_MISMATCH: DAMAGED,
    sqlite3.SQLITE_CONSTRAINT: DAMAGED,
    sqlite3.SQLITE_CANTOPEN: "expected a file, or a folder in which one can be made",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_BUSY: "another process holds it; try again",
}
WAITS: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


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
            with transaction(connection):
                adopt(connection, path)
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
        readable = "see that it can be read and written"
        remedy = REMEDIES.get(code, DAMAGED if isinstance(error, sqlite3.Error) else readable)
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


def _wal(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, so that readers and the writer do not wait."""
    until = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Another process opens the new file at this moment.
            if error.sqlite_errorcode & 0xFF not in WAITS or time.monotonic() > until:
                raise
            time.sleep(0.01)
