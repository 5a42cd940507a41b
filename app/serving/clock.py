"""The clock of the service: the wall's, the world's, or one that stands still."""

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
    shift: float = 0.0  # from the caller's clock to this one

    def now(self) -> int:
        return int(self.precisely())

    def precisely(self) -> float:
        """Unix seconds, with their fraction."""
        return self.tick() + self.offset

    def ours(self, theirs: float) -> float:
        """A time of the caller's clock as this clock shows it."""
        return theirs + self.shift

    @classmethod
    def of(
        cls,
        setting: str,
        newest: int,
        max_age_hours: float,
        wall: Callable[[], float],
        monotonic: Callable[[], float],
        agree: Callable[[float], float] = float,
    ) -> Clock:
        """`auto` is the wall clock while the newest event is within the window. A dump of last
        month, or a synthetic world, is instead served as of its own end: world time starts at
        its newest event, or where others that share it `agree` that it did."""
        if setting == "wall":
            return cls("wall", wall, 0)
        if setting == "auto":
            if 0 <= wall() - newest <= max_age_hours * 3600:
                return cls("wall", wall, 0)
            offset = agree(max(newest, 0) - monotonic())
            return cls("world", monotonic, offset, monotonic() + offset - wall())
        instant = datetime.fromisoformat(setting)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        return cls("frozen", instant.timestamp, 0)
