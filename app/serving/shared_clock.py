"""One world clock for all processes that share a log.

An action that is undone a moment later, through another process, must not seem to come first.
"""

from __future__ import annotations

import fcntl
from pathlib import Path


class SharedClock:
    """The first process writes the offset; the others adopt it, as long as any of them lives."""

    def __init__(self, log: Path) -> None:
        self._offset = log.with_name(f"{log.name}.world").open("a+")
        self._lock = log.with_name(f"{log.name}.world.lock").open("a+")

    def agree(self, offset: float) -> float:
        """The first process's offset: seconds from the machine's monotonic clock, which is the same
        for all processes, to the clock of the world."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            if self._is_alone():
                self._offset.truncate(0)
                self._offset.write(repr(offset))
                self._offset.flush()
            fcntl.flock(self._offset, fcntl.LOCK_SH)
            self._offset.seek(0)
            return float(self._offset.read())
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release the shared lock; the kernel does so for a process that is killed."""
        self._offset.close()
        self._lock.close()

    def _is_alone(self) -> bool:
        """Whether no other process holds the shared lock."""
        try:
            fcntl.flock(self._offset, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
