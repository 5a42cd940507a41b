"""Snapshots of the state, so that a restart reads only the end of the log."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ml import bundle
from ml.errors import BundleError
from ml.event_log.port import EventLog
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot

OLDER: Final = 1  # snapshots that are kept beside the last, should the log be an older one

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Snapshots beside a log: of the tables it began with and of its records up to an offset."""

    folder: Path

    @classmethod
    def of(cls, log: Path) -> Snapshots:
        return cls(log.with_name(f"{log.name}.state"))

    def newest(self, base: str, events: EventLog) -> FeatureState | None:
        """The last snapshot that began with these tables and is of this history of this log."""
        while names := self._names():
            for name in names:
                try:
                    if (state := self._read(name, base, events)) is not None:
                        return state
                except BundleError as error:
                    if bundle.current(self.folder) != names[0]:
                        break  # another process has just written the next
                    logger.warning("snapshot %s is not used: %s", name, error)
            else:
                logger.warning("the whole event log is read again: no snapshot is of use")
                return None
        return None

    def write(self, state: FeatureState, base: str, source: Path | None, events: EventLog) -> bool:
        """Write a snapshot and delete older ones, only while this process is `alone`; False where
        the log is not the one that was applied."""
        chain = events.chain(state.offset)
        if chain is None:
            return False
        name = f"{state.offset:012d}"
        bundle.write_state(self.folder, name, state, source, _named(base, events), chain)
        bundle.forget_states(self.folder, older=OLDER)
        return True

    def sweep(self) -> None:
        """Remove what killed writers left; only while this process is `alone`."""
        bundle.forget_states(self.folder, older=OLDER)

    def _names(self) -> list[str]:
        """The snapshots, newest first; none where the pointer to the newest is damaged."""
        try:
            return bundle.states(self.folder)
        except BundleError as error:
            logger.warning("the whole event log is read again: %s", error)
            return []

    def _read(self, name: str, base: str, events: EventLog) -> FeatureState | None:
        about = snapshot.about(self.folder / name)
        if about["fingerprint"] != _named(base, events):
            return None
        chain = events.chain(about["offset"])
        if chain is None or chain.hex() != about["chain"]:
            logger.warning(
                "snapshot %s is not used: it is of another history of the event log", name
            )
            return None
        return snapshot.load(self.folder / name)

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


def _named(base: str, events: EventLog) -> str:
    """Two logs of the same tables are two histories."""
    return f"{base}-{events.secret()[:8].hex()}"
