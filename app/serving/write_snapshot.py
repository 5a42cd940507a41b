"""Read what the log has added since the last snapshot, and write the next one."""

from __future__ import annotations

from app.serving.restore_state import replay
from app.serving.shared_artifacts import share_snapshot
from app.serving.snapshots import Snapshots
from app.settings import Settings
from ml.bundle import load_state, state_fingerprint, state_source
from ml.event_log.port import EventLog


def write_snapshot(settings: Settings, log: EventLog) -> bool:
    """Write the next snapshot, then let erased users leave the log as well; False where there is
    nothing new, or another process is doing this, before which nothing is loaded."""
    snapshots = Snapshots.of(settings.log_file)
    with snapshots.alone() as alone:
        if not alone:
            return False
        try:
            snapshots.sweep()
            return _write(snapshots, settings, log)
        finally:
            log.compact()


def _write(snapshots: Snapshots, settings: Settings, log: EventLog) -> bool:
    base = state_fingerprint(settings.artifacts)
    if base is None:
        return False
    state = snapshots.newest(base, log) or load_state(settings.artifacts)
    if state is None or state.offset == log.end:
        return False
    replay(state, log, settings.served_hours)
    if not snapshots.write(state, base, state_source(settings.artifacts), log):
        return False
    share_snapshot(settings)
    return True
