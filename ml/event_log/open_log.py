"""Open the event log that a setting names: the one place that chooses an engine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ml.errors import LogError
from ml.event_log.port import EventLog
from ml.event_log.sqlite import SqliteLog

SCHEMES: Final = ("postgresql://", "postgres://")


def open_log(location: Path | str) -> EventLog:
    """The log at a location, a file or a URL of Postgres; one that does not exist yet is begun.

    Raises:
        LogError: there is something else, or nothing can be written there.
    """
    if not is_url(location):
        return SqliteLog(Path(location))
    try:
        from ml.event_log.postgres import PostgresLog  # an extra
    except ImportError as error:
        raise LogError(
            f"a log in Postgres needs its driver ({error}); pip install 'foryou[postgres]'"
        ) from error
    return PostgresLog(str(location))


def is_url(location: Path | str) -> bool:
    """Whether a log is in a database, and not in a file."""
    return str(location).startswith(SCHEMES)
