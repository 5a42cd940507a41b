"""The state at the start: a snapshot or what training left, then the rest of the log."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.serving.snapshots import Snapshots
from app.settings import Settings
from ml.bundle import (
    Bundle,
    current,
    load_state,
    state_fingerprint,
    state_map,
    state_source,
)
from ml.dataset import tables
from ml.errors import BundleError, DataError
from ml.event_log.port import EventLog
from ml.progress import progress
from ml.state.feature_state import FeatureState
from ml.state.updates import tables_to_events
from ml.state.updates.apply_records import apply_records

BATCH_RECORDS: Final = 10_000
DROP_EVERY: Final = 100_000  # records


def remembered(settings: Settings, bundle: Bundle | None, log: EventLog | None) -> FeatureState:
    """The state that training left plus what the log has added; from the last snapshot, if any."""
    if log is None:
        return recall(settings.artifacts, settings.data_dir, bundle)
    base = state_fingerprint(settings.artifacts) or "tables"
    state = Snapshots.of(settings.log_file).newest(base, log) if bundle else None
    state = state or recall(settings.artifacts, settings.data_dir, bundle)
    state.set_false_positives(settings.seen_false_positives)
    replay(state, log, settings.served_hours)
    return state


def recall(artifacts: Path, data_dir: Path | None, bundle: Bundle | None) -> FeatureState:
    """The state that training left; where nothing was trained, the state of the tables.

    Raises:
        BundleError: the tables are no longer those that were trained on.
        DataError: there is neither a state nor a table.
    """
    if bundle is not None:
        _compare(artifacts, data_dir or state_source(artifacts), bundle)
    elif data_dir is not None:
        return _of_tables(artifacts, data_dir)
    state = load_state(artifacts)
    if state is None and bundle is not None:
        raise BundleError(f"{artifacts / 'state'} names no state; train again")
    return state or _of_tables(artifacts, artifacts / "data")


def check_there_is_something(settings: Settings) -> None:
    """Find out, before anything is loaded, that there is nothing to serve.

    Raises:
        DataError: there is neither a state nor a table.
    """
    artifacts, data = settings.artifacts, settings.data_dir or settings.artifacts / "data"
    if settings.store is not None:
        return  # it may be there
    if current(artifacts) is None and state_fingerprint(artifacts) is None and not data.is_dir():
        raise DataError(_nothing(artifacts, data))


def _compare(artifacts: Path, data: Path | None, bundle: Bundle) -> None:
    """Refuse tables that have changed; tables that are gone do no harm, serving needs none."""
    if data is not None and data.is_dir():
        now, then = tables.fingerprint(data, state_map(artifacts)), state_fingerprint(artifacts)
        if now != then:
            raise BundleError(
                f"bundle {bundle.version} was not trained on the tables in {data} as they are now; "
                f"train again, or set FORYOU_DATA_DIR to the folder it was trained on"
            )


def _of_tables(artifacts: Path, data: Path) -> FeatureState:
    if not data.is_dir():
        raise DataError(_nothing(artifacts, data))
    return tables_to_events.state_of(tables.read(data))


def _nothing(artifacts: Path, data: Path) -> str:
    return (
        f"{artifacts} holds nothing to serve, and there is no folder {data}; run foryou "
        f"train --data DIR --out {artifacts}, or set FORYOU_DATA_DIR to a folder of tables"
    )


def replay(state: FeatureState, events: EventLog, served_hours: float) -> None:
    """Apply the log from where the state ends; what was served is remembered for so long."""
    left = events.end - state.offset
    with progress(left, "event log", "records") as shown:
        while records := events.read(state.offset, BATCH_RECORDS, with_pools=False):
            apply_records(state, records)
            shown.update(len(records))
            if state.offset // DROP_EVERY > records[0].offset // DROP_EVERY:
                state.drop_served(state.newest - int(served_hours * 3600))
    if left:
        state.drop_served(state.newest - int(served_hours * 3600))
