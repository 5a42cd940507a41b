"""One of the processes that share a log does the work that is done once for all of them."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO


class OneWorker:
    """A lock that its first asker holds for as long as it lives; the kernel releases it then."""

    def __init__(self, log: Path) -> None:
        self._path = log.with_name(f"{log.name}.worker.lock")
        self._held: IO[str] | None = None

    def is_this(self) -> bool:
        """Whether this process is the one."""
        if self._held is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._path.open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
            else:
                self._held = lock
        return self._held is not None

    def close(self) -> None:
        """Let another process be the one."""
        if self._held is not None:
            self._held.close()
            self._held = None
