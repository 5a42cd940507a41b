"""What this process appended last, in memory: its own state need not read it from the file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from threading import Lock
from typing import Final

from ml.event_log.record import Record

ROOM: Final = 10_000  # records; older ones are in the file


class RecentRecords:
    """Records in the order of the log, with gaps where other processes appended."""

    def __init__(self, room: int = ROOM) -> None:
        self._kept: deque[Record] = deque(maxlen=room)
        self._lock = Lock()

    def add(self, records: Iterable[Record]) -> None:
        """Keep records that were appended just now."""
        with self._lock:
            self._kept.extend(records)

    @property
    def has_more(self) -> bool:
        """Whether any records are kept."""
        return bool(self._kept)

    def take(self, after: int, limit: int) -> list[Record]:
        """The records behind an offset, up to the first gap; none where the file must be read.
        They are kept no longer, nor are those before."""
        taken: list[Record] = []
        with self._lock:
            while self._kept and len(taken) < limit:
                ahead = self._kept[0].offset - after - len(taken)
                if ahead > 1:
                    break
                record = self._kept.popleft()
                if ahead == 1:
                    taken.append(record)
        return taken
