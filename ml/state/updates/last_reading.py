"""A log that is read for the last time: each part is forgotten once it is applied, so that the
state takes its place in memory."""

from __future__ import annotations

from collections import deque
from typing import Final

from ml import memory
from ml.state.events import Events
from ml.state.feature_state import FeatureState

TOGETHER: Final = 8  # parts after which memory is given back, some milliseconds each time


class LastReading:
    """Events that are applied once; they stay in memory where anybody else holds them."""

    def __init__(self, events: Events) -> None:
        self._events = [events]

    def apply_to(self, state: FeatureState) -> None:
        """Apply all to a state, and forget them.

        Raises:
            IndexError: they were applied before.
        """
        events = self._events.pop()
        state.expect(events)
        parts = deque(Events.concatenated([part]) for part in events.parts())  # copies
        del events
        while parts:
            state.apply(parts.popleft())
            if len(parts) % TOGETHER == 0:
                memory.give_back()
