"""One world clock for all processes that share a log, and over restarts: its shift is in the log.

Every state reads the same records, so every state has the same shift at the same offset.
"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from ml.event_log import bodies
from ml.event_log.port import EventLog
from ml.event_log.record import Entry, Kind


def write_shift(log: EventLog, shift: int, at_micros: int) -> None:
    """Record that the times of all later records are moved by so many seconds in the state."""
    body = bodies.Clock(shift).to_json()
    log.append([Entry(f"clock/{uuid4().hex}", Kind.CLOCK, at_micros, None, body)])


def kept_world_time(log: Path) -> bool:
    """Whether a log of 0.3.0 holds times of the world, which that version wrote as they were
    shown; it left the offset of its clock beside the log."""
    offset = log.with_name(f"{log.name}.world")
    return offset.is_file() and offset.stat().st_size > 0
