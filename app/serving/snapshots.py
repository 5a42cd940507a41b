"""The state is written down now and then, so that a restart reads only the end of the log."""

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
    """Beside a log; each is of the tables that it began with and of the log up to an offset."""

    folder: Path

    @classmethod
    def of(cls, log: Path) -> Snapshots:
        return cls(log.with_name(f"{log.name}.state"))

    def newest(self, base: str, events: EventLog) -> FeatureState | None:
        """The last one, if it began with these tables and this log; otherwise it is of no use."""
        while (name := bundle.current(self.folder)) is not None:
            try:
                return self._read(name, base, events)
            except BundleError as error:
                if bundle.current(self.folder) == name:
                    logger.warning("the whole event log is read again: %s", error)
                    return None  # if not, another process has just written the next
        return None

    def write(self, state: FeatureState, base: str, source: Path, events: EventLog) -> bool:
        """Write the state down and forget those before; False where another process is at it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._alone() as alone:
            if alone:
                name = f"{state.offset:012d}"
                bundle.write_state(self.folder, name, state, source, _named(base, events))
                bundle.forget_states(self.folder)
            return alone

    def _read(self, name: str, base: str, events: EventLog) -> FeatureState | None:
        told = snapshot.about(self.folder / name)
        if told["fingerprint"] != _named(base, events) or told["offset"] > events.end:
            return None
        return snapshot.load(self.folder / name)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def _named(base: str, events: EventLog) -> str:
    """Two logs of the same tables are two histories."""
    return f"{base}-{events.secret()[:8].hex()}"
