"""A clock that stands still until it is set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Watch:
    """Seconds, as `time.time` or `time.monotonic` would give them."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at
