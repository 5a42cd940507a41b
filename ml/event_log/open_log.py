"""Open the event log that a setting names: the one place that chooses an engine."""

from __future__ import annotations

from pathlib import Path

from ml.event_log.port import EventLog
from ml.event_log.sqlite import SqliteLog


def open_log(location: Path) -> EventLog:
    """The log at a location; a file that does not exist yet is begun.

    Raises:
        LogError: there is something else, or nothing can be written there.
    """
    return SqliteLog(location)
