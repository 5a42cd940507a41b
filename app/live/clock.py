"""What time is it, and by which clock?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Mode = Literal["wall", "world", "frozen"]


@dataclass(frozen=True, slots=True)
class Clock:
    """Unix seconds: `tick` moved by `offset`."""

    mode: Mode
    tick: Callable[[], float]
    offset: float

    def now(self) -> int:
        return int(self.tick() + self.offset)

    @classmethod
    def of(
        cls,
        setting: str,
        newest: int,
        max_age_hours: float,
        wall: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> Clock:
        """`auto` is the wall clock while the newest event is within the window. A dump of last
        month, or a synthetic world, is instead served as of its own end: world time starts at
        its newest event."""
        if setting == "wall":
            return cls("wall", wall, 0)
        if setting == "auto":
            if 0 <= wall() - newest <= max_age_hours * 3600:
                return cls("wall", wall, 0)
            return cls("world", monotonic, max(newest, 0) - monotonic())
        instant = datetime.fromisoformat(setting)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        return cls("frozen", instant.timestamp, 0)
