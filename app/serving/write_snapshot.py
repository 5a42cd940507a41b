"""Read what the log has added since the last snapshot, and write the next one."""

from __future__ import annotations

import numpy as np

from app.serving.restore_state import replay
from app.serving.snapshots import Snapshots
from app.settings import Settings
from ml.bundle import load_state, state_fingerprint, state_source
from ml.event_log.port import EventLog


def write_snapshot(settings: Settings, log: EventLog) -> bool:
    """Write the next snapshot; False where there is nothing new, or another process writes one."""
    base, source = state_fingerprint(settings.artifacts), state_source(settings.artifacts)
    if base is None or source is None:
        return False
    snapshots = Snapshots.of(settings.log_file)
    state = snapshots.newest(base, log) or load_state(settings.artifacts)
    if state is None or state.offset == log.end:
        return False
    erased = state.users.erased_at.copy()
    replay(state, log, settings.served_hours)
    written = snapshots.write(state, base, source, log)
    if not np.array_equal(erased, state.users.erased_at):
        log.compact()  # a user who was erased leaves the log as well
    return written
