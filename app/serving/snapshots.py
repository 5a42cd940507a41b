"""Snapshots of the state, so that a restart reads only the end of the log."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ml import bundle
from ml.errors import BundleError
from ml.event_log.port import EventLog
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Snapshots beside a log: of the tables it began with and of its records up to an offset."""

    folder: Path

    @classmethod
    def of(cls, log: Path) -> Snapshots:
        return cls(log.with_name(f"{log.name}.state"))

    def newest(self, base: str, events: EventLog) -> FeatureState | None:
        """The last snapshot, if it began with these tables and belongs to this log."""
        while (name := bundle.current(self.folder)) is not None:
            try:
                return self._read(name, base, events)
            except BundleError as error:
                if bundle.current(self.folder) == name:
                    logger.warning("the whole event log is read again: %s", error)
                    return None  # if not, another process has just written the next
        return None

    def write(self, state: FeatureState, base: str, source: Path, events: EventLog) -> None:
        """Write a snapshot and delete older ones; only while this process is `alone`."""
        name = f"{state.offset:012d}"
        bundle.write_state(self.folder, name, state, source, _named(base, events))
        bundle.forget_states(self.folder)

    def sweep(self) -> None:
        """Remove what killed writers left; only while this process is `alone`."""
        bundle.forget_states(self.folder)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no other process is writing; none begins to before this ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _read(self, name: str, base: str, events: EventLog) -> FeatureState | None:
        about = snapshot.about(self.folder / name)
        if about["fingerprint"] != _named(base, events) or about["offset"] > events.end:
            return None
        return snapshot.load(self.folder / name)


def _named(base: str, events: EventLog) -> str:
    """Two logs of the same tables are two histories."""
    return f"{base}-{events.secret()[:8].hex()}"
