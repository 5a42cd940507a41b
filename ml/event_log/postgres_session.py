"""A connection to the Postgres server of an event log, made anew whenever it is lost."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any, Final, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ml.errors import DiskFullError, LogAwayError, LogError

Connection = psycopg.Connection[Any]
T = TypeVar("T")

LEAST_VERSION: Final = 140_000
# A server that is gone must be noticed within seconds, on both sides: a writer that was cut off
# holds the row that all writers lock.
OF_CLIENT: Final = {
    "connect_timeout": "3",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
    "target_session_attrs": "read-write",  # a standby may be behind, or never get what it lacks
    "application_name": "foryou",
}
# A new table has no statistics for up to a minute, and the server would read all of it for each
# batch; every statement of a log finds its rows by an index.
OF_SERVER: Final = """
    SET enable_seqscan TO off;
    SET jit TO off;
    SET search_path TO foryou;
    SET default_transaction_isolation TO 'read committed';
    SET client_encoding TO 'UTF8';
    SET lock_timeout TO '30s';
    SET idle_in_transaction_session_timeout TO '5s';
    SET tcp_keepalives_idle TO 2;
    SET tcp_keepalives_interval TO 1;
    SET tcp_keepalives_count TO 3;
    SET tcp_user_timeout TO '5s';
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off';
"""
LAST_MILLISECONDS: Final = 2_000  # that closing a connection may take
AWAY: Final = ("08", "57P", "25006")  # of SQLSTATE: no connection, shut down, a standby by now


class PostgresSession:
    """Runs work on one connection, one piece at a time; any thread may ask."""

    def __init__(self, url: str) -> None:
        """
        Raises:
            LogError: the URL is none of Postgres.
        """
        try:
            given = conninfo_to_dict(url)
        except psycopg.ProgrammingError as error:
            raise LogError(f"FORYOU_LOG is no URL of Postgres: {error}") from error
        self._conninfo = make_conninfo("", **{**OF_CLIENT, **given})
        host, port = given.get("host", "localhost"), given.get("port")
        self.name = f"in Postgres, {given.get('dbname', '')} at {host}{f':{port}' if port else ''}"
        self._connection: Connection | None = None
        self._lock = RLock()

    def run(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, which is called a second time where the connection was lost.

        Raises:
            LogAwayError: the server cannot be reached.
            LogError: it refused the work.
        """
        with self._lock, self._naming_errors():
            if self._connection is not None:
                try:
                    return work(self._connection)
                except psycopg.Error as error:
                    if not (self._connection.closed or _is_away(error)):
                        raise
                    self._drop()
            return work(self._connected())

    def is_same(self) -> bool:
        """Whether the connection is still the one that was made last."""
        with self._lock:
            if self._connection is None:
                return False
            try:
                self._connection.execute("SELECT 1")
            except psycopg.Error:
                self._drop()
            return self._connection is not None

    def close(self, last: bytes | None = None) -> None:
        """Close the connection, after a last statement whose answer is waited for, for a moment;
        where the connection is lost there is nobody to send it to."""
        with self._lock:
            if last is not None and self._connection is not None:
                with suppress(psycopg.Error):
                    _send(self._connection, last)
            self._drop()

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = psycopg.connect(self._conninfo, autocommit=True)
            try:
                if connection.info.server_version < LEAST_VERSION:
                    raise LogError(
                        f"the event log {self.name}: the server is older than Postgres 14; "
                        f"upgrade it"
                    )
                connection.execute(OF_SERVER)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _naming_errors(self) -> Iterator[None]:
        """Turn an error of Postgres into a LogError that names the log and the remedy."""
        try:
            yield
        except psycopg.Error as error:
            text = " ".join(str(error).split())
            if isinstance(error, psycopg.errors.DiskFull):
                message = f"the event log {self.name}: {text}; make room on its disk"
                raise DiskFullError(message) from error
            if _is_away(error):
                self._drop()
                raise LogAwayError(
                    f"the event log {self.name} cannot be reached: {text}"
                ) from error
            raise LogError(f"the event log {self.name}: {text}") from error


def _send(connection: Connection, statement: bytes) -> None:
    """Send a statement, and wait until the server has answered, but for no longer than it takes to
    notice that it does not."""
    connection.pgconn.send_query(statement)
    connection.pgconn.flush()
    answered = select.poll()
    answered.register(connection.pgconn.socket, select.POLLIN)
    answered.poll(LAST_MILLISECONDS)


def _is_away(error: psycopg.Error) -> bool:
    """Whether the server, and not what it was asked, is the reason."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate.startswith(AWAY)
