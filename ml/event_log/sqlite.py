"""The event log in one SQLite file that the processes of one machine share."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Final

from ml.errors import LogError
from ml.event_log.port import Appended
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite_file import connect, naming_errors, transaction

END: Final = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'"
COLUMNS: Final = "offset, event_id, kind, at, user, body"
READ: Final = f"SELECT {COLUMNS} FROM entries WHERE offset > ? ORDER BY offset LIMIT ?"
FIND: Final = f"SELECT {COLUMNS} FROM entries JOIN ids USING (offset) WHERE digest = ?"
ERASE: Final = """DELETE FROM entries WHERE kind <> 'delete_user' AND offset < (
    SELECT max(erased.offset) FROM entries AS erased
    WHERE erased.kind = 'delete_user' AND erased.user = entries.user)"""
NEWEST: Final = "SELECT max(at) FROM entries WHERE user = ? AND kind <> 'served'"
FORGET: Final = "DELETE FROM entries WHERE kind = 'served' AND at < ?"
UNSWEPT: Final = "SELECT count(*) FROM meta WHERE name = 'unswept'"
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
        bodies = [_json(dict(entry.body)) for entry in entries]
        with self._writer() as connection:
            (end,) = connection.execute(END).fetchone()
            taken, times = _taken(connection, digests), Times(connection)
            accepted, new, ids = [], [], []
            for digest, entry, body in zip(digests, entries, bodies, strict=True):
                accepted.append(digest not in taken)
                if accepted[-1]:
                    taken.add(digest)
                    end += 1
                    at = times.of(entry)
                    new.append((end, entry.event_id, entry.kind.value, at, entry.user, body))
                    ids.append((digest, end))
            connection.executemany("INSERT INTO ids VALUES (?, ?)", ids)
            connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", new)
        return Appended(end, accepted)

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

    def compact(self, forget_served_before: int | None = None) -> int:
        with self._writer() as connection:
            removed = connection.execute(ERASE).rowcount
            if forget_served_before is not None:
                removed += connection.execute(FORGET, [forget_served_before]).rowcount
            if removed:
                connection.execute("INSERT OR IGNORE INTO meta VALUES ('unswept', 1)")
            (unswept,) = connection.execute(UNSWEPT).fetchone()
        if unswept:
            self._sweep()
        return removed

    def close(self) -> None:
        with self._writing, self._reading, naming_errors(self._path):
            self._read.close()
            self._write.close()

    def _sweep(self) -> None:
        """Rewrite the file, because free pages and the write-ahead log keep deleted bytes.

        If the process is killed here, the mark `unswept` makes the next compaction do it again.
        """
        with self._writing, naming_errors(self._path):
            self._write.execute("VACUUM")
            (busy, *_) = self._write.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise LogError(
                    f"the event log {self._path}: somebody keeps reading what was removed; "
                    f"compact it again"
                )
            self._write.execute("DELETE FROM meta WHERE name = 'unswept'")

    def _digest(self, event_id: str) -> bytes:
        return blake2b(event_id.encode(), digest_size=16, key=self._secret).digest()

    def _ask(self, question: str, *given: object) -> list[Row]:
        with self._reading, naming_errors(self._path):
            answer: list[Row] = self._read.execute(question, given).fetchall()
            return answer

    @contextmanager
    def _writer(self) -> Iterator[sqlite3.Connection]:
        with self._writing, naming_errors(self._path), transaction(self._write):
            yield self._write


class Times:
    """The times of the entries of one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._newest: dict[str, int] = {}  # of users some of whose times are assigned

    def of(self, entry: Entry) -> int:
        """The time of an entry; one that is assigned is later than all of its user's before."""
        at, user = entry.at, entry.user
        if user is None or entry.kind == Kind.SERVED:
            return at
        if entry.assigned:
            if user not in self._newest:
                (newest,) = self._connection.execute(NEWEST, [user]).fetchone()
                self._newest[user] = at - 1 if newest is None else newest
            at = max(at, self._newest[user] + 1)
        if user in self._newest:
            self._newest[user] = max(self._newest[user], at)
        return at


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
