"""The event log in one SQLite file that the processes of one machine share."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, Final

from ml.errors import LogError
from ml.event_log import sqlite_erasure as erasure
from ml.event_log import sqlite_file
from ml.event_log.port import Appended
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite_file import connect, naming_errors, transaction

END: Final = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'"
COLUMNS: Final = "offset, event_id, kind, at, user, body"
READ: Final = f"SELECT {COLUMNS} FROM entries WHERE offset > ? ORDER BY offset LIMIT ?"
FIND: Final = f"SELECT {COLUMNS} FROM entries JOIN ids USING (offset) WHERE digest = ?"
PROBE: Final = (
    "REPLACE INTO meta VALUES ('probe', randomblob(65536))",
    "DELETE FROM meta WHERE name = 'probe'",
)
SWEEP_SECONDS: Final = 0.2  # between two attempts to empty the write-ahead log
CHUNK: Final = 500  # ids that are looked up at once
Row = tuple[int, str, str, int, str | None, str]

_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class SqliteLog:
    """An EventLog in a SQLite file; appends take turns, reads take turns, the two overlap."""

    def __init__(self, path: Path) -> None:
        """Open the log, or create it.

        Raises:
            LogError: the file is no event log, or cannot be written.
        """
        self._path = path
        self._write = connect(path)
        try:
            self._read = connect(path)
        except BaseException:
            self._write.close()
            raise
        self._writing, self._reading = Lock(), Lock()
        self._read.execute("PRAGMA query_only = ON")
        (secret,) = self._read.execute("SELECT value FROM meta WHERE name = 'secret'").fetchone()
        self._secret = bytes(secret)

    def append(self, entries: Sequence[Entry]) -> Appended:
        digests = [self._digest(entry.event_id) for entry in entries]
        rows = [(e.event_id, e.kind.value, e.at, e.user, _json(dict(e.body))) for e in entries]
        with self._writer() as connection:
            (end,) = connection.execute(END).fetchone()
            taken = _taken(connection, digests)
            accepted, new, ids = [], [], []
            for digest, row in zip(digests, rows, strict=True):
                accepted.append(digest not in taken)
                if accepted[-1]:
                    taken.add(digest)
                    end += 1
                    new.append((end, *row))
                    ids.append((digest, end))
            connection.executemany("INSERT INTO ids VALUES (?, ?)", ids)
            connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", new)
        return Appended(end, accepted)

    def probe(self) -> None:
        for statement in PROBE:
            with self._writer() as connection:
                connection.execute(statement)

    def read(self, after: int, limit: int) -> list[Record]:
        return [_record(row) for row in self._ask(READ, after, limit)]

    def find(self, event_id: str) -> Record | None:
        found = self._ask(FIND, self._digest(event_id))
        return _record(found[0]) if found else None

    @property
    def end(self) -> int:
        return int(self._ask(END)[0][0])

    def secret(self) -> bytes:
        return self._secret

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

    def close(self) -> None:
        with self._writing, self._reading, naming_errors(self._path):
            self._read.close()
            self._write.close()

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

    def _digest(self, event_id: str) -> bytes:
        return blake2b(event_id.encode(), digest_size=16, key=self._secret).digest()

    def _ask(self, question: str, *given: object) -> list[Any]:
        with self._reading, naming_errors(self._path):
            answer: list[Any] = self._read.execute(question, given).fetchall()
            return answer

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


def _record(row: Row) -> Record:
    offset, event_id, kind, at, user, body = row
    return Record(offset, Entry(event_id, Kind(kind), at, user, json.loads(body)))
