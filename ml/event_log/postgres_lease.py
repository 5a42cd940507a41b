"""A lease among all processes that share a log in Postgres: an advisory lock of a connection."""

from __future__ import annotations

import zlib
from typing import Final

from ml.event_log.postgres_session import PostgresSession

CLASS: Final = 0x464F5259  # "FORY"
TAKE: Final = "SELECT pg_try_advisory_lock(%s, %s)"
RELEASE: Final = b"SELECT pg_advisory_unlock_all()"


class PostgresLease:
    """Held as long as its connection lives; the server ends that of a process that was killed or
    cut off within seconds."""

    def __init__(self, url: str, name: str) -> None:
        self._session = PostgresSession(url)
        self._key = zlib.crc32(name.encode()) - 2**31  # a signed integer of four bytes
        self._held = False

    def is_held(self) -> bool:
        """Whether this process holds the lease; it takes it where nobody does.

        Raises:
            LogError: the server cannot be reached.
        """
        if not (self._held and self._session.is_same()):
            self._held = self._session.run(
                lambda connection: (
                    connection.execute(TAKE, [CLASS, self._key]).fetchone() == (True,)
                )
            )
        return self._held

    def close(self) -> None:
        """Let another process hold it, at once: the server may notice only later that a connection
        ended."""
        self._session.close(RELEASE)
        self._held = False
