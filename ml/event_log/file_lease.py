"""A lease among the processes of one machine: a lock on a file, which the kernel releases when
its holder ends."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO


class FileLease:
    """The first process that asks holds the lease for as long as it lives."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: IO[str] | None = None

    def is_held(self) -> bool:
        """Whether this process holds the lease; it takes it where nobody does."""
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
        """Let another process hold it."""
        if self._held is not None:
            self._held.close()
            self._held = None
