"""Answers kept whole, byte for byte, in a SQLite file beside the event log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from ml.errors import LogError

BUSY_SECONDS: Final = 30.0  # another process may write
ROWS_AT_ONCE: Final = 500  # too old, that are dropped in one transaction
ROWS_FOR_ROOM: Final = 10  # that are dropped where there is no more room
COLUMNS: Final = "request_id, user_id, at, bundle, settings, body"
SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS answers (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        request_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        bundle TEXT NOT NULL,
        settings TEXT NOT NULL,
        body BLOB NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS by_request ON answers (request_id, user_id)",
    "CREATE INDEX IF NOT EXISTS by_user ON answers (user_id)",
    "CREATE TABLE IF NOT EXISTS erasures (one INTEGER PRIMARY KEY, through INTEGER NOT NULL)",
)


class Answer(NamedTuple):
    """What was served to a person, and by what."""

    request_id: str
    user_id: str
    at: int  # `query.now` when it was made
    bundle: str
    settings: str  # their fingerprint
    body: bytes


class AnswerFile:
    """The newest answers, up to a size; any thread may call, one at a time.

    Nothing is compressed, which would take five times as long as writing it. A power cut may lose
    what was written last; the end of the process does not.
    """

    def __init__(self, path: Path, most_bytes: int) -> None:
        """Open the file, or create it.

        Raises:
            LogError: it cannot be opened, or is something else.
        """
        self._path, self._most_bytes = path, most_bytes
        self._one_at_a_time = Lock()
        with self._naming_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._naming_errors():
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = NORMAL")
                self._connection.execute("PRAGMA secure_delete = ON")
                for statement in SCHEMA:
                    self._connection.execute(statement)
        except BaseException:
            self._connection.close()
            raise

    def put(self, answers: Sequence[Answer]) -> None:
        """Write answers in one transaction, then drop the oldest until all have room."""
        with self._transaction() as connection:
            connection.executemany(
                f"INSERT INTO answers ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", answers
            )
        while self._bytes() > self._most_bytes and self._drop_oldest(ROWS_FOR_ROOM, "1"):
            pass

    def find(self, request_id: str, user_id: str | None) -> Answer | None:
        """The newest answer under a request id: to this person, or to anybody for None."""
        question = (
            f"SELECT {COLUMNS} FROM answers WHERE request_id = ? AND user_id = coalesce(?, user_id)"
            f" ORDER BY place DESC LIMIT 1"
        )
        with self._transaction() as connection:
            row = connection.execute(question, [request_id, user_id]).fetchone()
        return None if row is None else Answer._make(row)

    def count(self, user_id: str) -> int:
        """How many answers to a person are kept."""
        question = "SELECT count(*) FROM answers WHERE user_id = ?"
        with self._transaction() as connection:
            return int(connection.execute(question, [user_id]).fetchone()[0])

    def expire(self, before: int) -> None:
        """Drop the answers from before a moment."""
        while self._drop_oldest(ROWS_AT_ONCE, "at < ?", before) == ROWS_AT_ONCE:
            pass

    def forget(self, user_id: str) -> None:
        """Drop all that was served to a person, with its bytes."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM answers WHERE user_id = ?", [user_id])
        with self._one_at_a_time, self._naming_errors():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # its journal had them too

    def erased_through(self) -> int | None:
        """The offset of the log up to which everybody who was erased is forgotten here. Where none
        was marked: 0 if there are answers, None if there are not."""
        question = "SELECT max(through) FROM erasures UNION ALL SELECT 0 FROM answers LIMIT 2"
        with self._transaction() as connection:
            known = [row[0] for row in connection.execute(question) if row[0] is not None]
        return known[0] if known else None

    def mark_erased(self, through: int) -> None:
        """Everybody who was erased up to this offset is forgotten here."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO erasures VALUES (1, ?)", [through])

    def close(self) -> None:
        with self._one_at_a_time:
            self._connection.close()

    def _bytes(self) -> int:
        """How much of the file is in use."""
        with self._one_at_a_time, self._naming_errors():
            pages, free, size = (
                self._connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    def _drop_oldest(self, rows: int, condition: str, *given: object) -> int:
        """Drop those of the oldest rows that meet a condition; how many."""
        oldest = "SELECT place FROM answers ORDER BY place LIMIT ?"
        with self._transaction() as connection:
            return connection.execute(
                f"DELETE FROM answers WHERE place IN ({oldest}) AND {condition}",
                [rows, *given],
            ).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._one_at_a_time, self._naming_errors(), self._connection:
            self._connection.execute("BEGIN")
            yield self._connection

    @contextmanager
    def _naming_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise LogError(
                f"the answers for replay in {self._path}: {error}; remove the file, or set "
                f"FORYOU_REPLAY_HOURS to 0"
            ) from error
