"""The event log in one SQLite file that the processes of one machine share."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from ml.errors import LogError
from ml.event_log import sqlite_erasure as erasure
from ml.event_log import sqlite_file, sqlite_reads
from ml.event_log.acceptance import accept
from ml.event_log.acknowledged import Acknowledged
from ml.event_log.assigned_times import AssignedTimes, users_of
from ml.event_log.file_lease import FileLease
from ml.event_log.port import Appended
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite_file import connect, naming_errors, transaction
from ml.event_log.sqlite_schema import put_details, secret
from ml.event_log.stored_row import Checksums, encode, with_ids

EXPIRED: Final = """SELECT offset FROM entries WHERE kind = 'served' AND at < ?
    ORDER BY at LIMIT ?"""
REWRITE: Final = "UPDATE entries SET kind = ?, checksum = ? WHERE offset = ?"
NEWEST: Final = """WITH given(user) AS (VALUES {places}) SELECT user, (SELECT max(at) FROM entries
    WHERE entries.user = given.user AND kind NOT IN ('served', 'shown')) FROM given"""
PROBE: Final = (
    "REPLACE INTO meta VALUES ('probe', randomblob(65536))",
    "DELETE FROM meta WHERE name = 'probe'",
)
PAGE: Final = 1_000  # records that are verified at once
SWEEP_SECONDS: Final = 0.2  # between two attempts to empty the write-ahead log
CHUNK: Final = 500  # ids that are looked up at once


class SqliteLog:
    """An EventLog in a SQLite file; appends take turns, reads take turns, the two overlap."""

    def __init__(self, path: Path) -> None:
        """Open the log, create it, or migrate one of an older version.

        Raises:
            LogError: the file is no event log, is damaged, or cannot be written.
        """
        self._path = path
        journal = path.with_name(f"{path.name}-wal")
        had_journal = journal.is_file() and journal.stat().st_size > 0
        self._writing, self._reading = Lock(), Lock()
        with ExitStack() as opened, naming_errors(path):
            self._write, self._read = (opened.enter_context(closing(connect(path))) for _ in "wr")
            self._acknowledged = opened.enter_context(closing(Acknowledged(path)))
            self._read.execute("PRAGMA query_only = ON")
            self._checksums = Checksums(secret(self._read, path))
            self._acknowledged.compare(path, lambda: sqlite_reads.end(self._read), had_journal)
            opened.pop_all()  # all is well, so all stays open

    def append(self, entries: Sequence[Entry]) -> Appended:
        digests = [self._checksums.of_id(entry.event_id) for entry in entries]
        rows = [encode(entry) for entry in entries]
        with self._writer() as connection:
            end, chain, ids = sqlite_reads.head(connection, self._path)
            taken = _taken(connection, digests)
            times = AssignedTimes(_newest(connection, users_of(entries)))
            appended, new = accept(end, entries, digests, rows, taken, times)
            end = appended.offset
            if new:
                checksums = [self._checksums.of_row(offset, row) for offset, _, row in new]
                connection.executemany(
                    "INSERT INTO ids VALUES (?, ?)", [(digest, end) for end, digest, _ in new]
                )
                connection.executemany(
                    "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [
                        (offset, *row[:5], checksum)
                        for (offset, _, row), checksum in zip(new, checksums, strict=True)
                    ],
                )
                put_details(connection, self._checksums, [(offset, row) for offset, _, row in new])
                chain = self._checksums.extended(chain, checksums)
                ids = with_ids(ids, [digest for _, digest, _ in new])
                connection.execute("INSERT INTO chain VALUES (?, ?, ?)", [end, chain, ids])
        self._acknowledged.reached(end)
        return appended

    def probe(self) -> None:
        for statement in PROBE:
            with self._writer() as connection:
                connection.execute(statement)

    def read(self, after: int, limit: int, with_pools: bool = True) -> list[Record]:
        given = self._path, self._checksums, after, limit, with_pools
        with self._reader() as connection:
            return sqlite_reads.read(connection, *given)

    def find(self, event_id: str) -> Record | None:
        with self._reader() as connection:
            return sqlite_reads.find(connection, self._path, self._checksums, event_id)

    @property
    def end(self) -> int:
        with self._reader() as connection:
            return sqlite_reads.end(connection)

    def chain(self, offset: int) -> bytes | None:
        if offset == 0:
            return b""
        with self._reader() as connection:
            return sqlite_reads.chain(connection, offset)

    def secret(self) -> bytes:
        return self._checksums.secret

    def expire_served(self, before: int, limit: int) -> int:
        given = [before, limit]
        with self._reader() as connection:
            if connection.execute(EXPIRED, given).fetchone() is None:
                return 0  # and other writers were not kept waiting
        with self._writer() as connection:
            offsets = connection.execute(EXPIRED, given).fetchall()
            for (offset,) in offsets:
                row = sqlite_reads.row(connection, self._path, self._checksums, offset)
                shown = row._replace(kind=Kind.SHOWN.value, details=None)
                checksum = self._checksums.of_row(offset, shown)
                connection.execute(REWRITE, [shown.kind, checksum, offset])
            connection.executemany("DELETE FROM details WHERE offset = ?", offsets)
        return len(offsets)

    def verify(self) -> None:
        with self._reader() as connection:
            sqlite_reads.verify(connection, self._path, self._checksums, PAGE)

    @property
    def erasure_is_due(self) -> bool:
        return bool(self._due()) or bool(self._ask(erasure.UNSWEPT)[0][0])

    def compact(self, forget_served_before: int | None = None) -> int:
        users, removed = self._due(), 0
        for offsets in erasure.doomed(self._ask, users, forget_served_before, self.end):
            removed += erasure.delete(self._writer, offsets)
        if users:
            with self._writer() as connection:
                through = max(users.values())
                connection.execute("INSERT OR IGNORE INTO meta VALUES ('unswept', 1)")
                connection.execute("REPLACE INTO meta VALUES ('erased_through', ?)", [through])
        if self._ask(erasure.UNSWEPT)[0][0]:
            self._sweep()
        return removed

    def lease(self, name: str) -> FileLease:
        return FileLease(self._path.with_name(f"{self._path.name}.{name}.lock"))

    def close(self) -> None:
        with self._writing, self._reading, naming_errors(self._path):
            self._read.close()
            self._write.close()
            self._acknowledged.close()

    def _due(self) -> dict[str, int]:
        return erasure.due(self._ask, int(self._ask(erasure.THROUGH)[0][0]))

    def _sweep(self) -> None:
        """Empty the write-ahead log, which keeps deleted bytes; the file has zeros in their place.

        Other processes may write until all but the newest pages are in the file. If the process
        is killed here, the mark `unswept` makes the next compaction do it again.
        """
        for _ in range(max(1, int(sqlite_file.BUSY_SECONDS / SWEEP_SECONDS))):
            with self._writing, naming_errors(self._path):
                self._write.execute("PRAGMA wal_checkpoint(PASSIVE)")
                (timeout,) = self._write.execute("PRAGMA busy_timeout").fetchone()
                self._write.execute(f"PRAGMA busy_timeout = {int(SWEEP_SECONDS * 500)}")
                (busy, *_) = self._write.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._write.execute(f"PRAGMA busy_timeout = {timeout}")
                if not busy:
                    self._write.execute("DELETE FROM meta WHERE name = 'unswept'")
                    return
            time.sleep(SWEEP_SECONDS / 2)
        raise LogError(
            f"the event log {self._path}: somebody keeps reading what was removed; compact it again"
        )

    def _ask(self, question: str, *given: object) -> list[Any]:
        with self._reader() as connection:
            answer: list[Any] = connection.execute(question, given).fetchall()
            return answer

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment of the log."""
        with self._reading, naming_errors(self._path):
            self._read.execute("BEGIN")
            try:
                yield self._read
            finally:
                if self._read.in_transaction:
                    self._read.execute("ROLLBACK")

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        with self._writing, naming_errors(self._path), transaction(self._write):
            yield self._write


def _taken(connection: sqlite3.Connection, digests: list[bytes]) -> set[bytes]:
    """The digests that were accepted before."""
    taken: set[bytes] = set()
    for start in range(0, len(digests), CHUNK):
        some = digests[start : start + CHUNK]
        places = ",".join("?" * len(some))
        found = connection.execute(f"SELECT digest FROM ids WHERE digest IN ({places})", some)
        taken.update(digest for (digest,) in found)
    return taken


def _newest(connection: sqlite3.Connection, users: list[str]) -> dict[str, int]:
    """The newest time of each of these users, those of served pages aside."""
    newest: dict[str, int] = {}
    for start in range(0, len(users), CHUNK):
        some = users[start : start + CHUNK]
        question = NEWEST.format(places=",".join(["(?)"] * len(some)))
        found = connection.execute(question, some).fetchall()
        newest |= {user: at for user, at in found if at is not None}
    return newest
