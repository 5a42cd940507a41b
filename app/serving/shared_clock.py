"""The processes that share a log agree on what time it is in its world.

What is taken back a moment later, by way of another process, must not seem to come first.
"""

from __future__ import annotations

import fcntl
from pathlib import Path


class SharedClock:
    """Who is first says it; the others take it over, for as long as any of them lives."""

    def __init__(self, log: Path) -> None:
        self._said = log.with_name(f"{log.name}.world").open("a+")
        self._turns = log.with_name(f"{log.name}.world.lock").open("a+")

    def agree(self, offset: float) -> float:
        """Seconds from the machine's monotonic clock, which all processes read alike, to the
        world's: the first one's."""
        fcntl.flock(self._turns, fcntl.LOCK_EX)
        try:
            if self._is_alone():
                self._said.truncate(0)
                self._said.write(repr(offset))
                self._said.flush()
            fcntl.flock(self._said, fcntl.LOCK_SH)
            self._said.seek(0)
            return float(self._said.read())
        finally:
            fcntl.flock(self._turns, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave; so does whoever is killed."""
        self._said.close()
        self._turns.close()

    def _is_alone(self) -> bool:
        """Whoever lives holds a shared lock."""
        try:
            fcntl.flock(self._said, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
