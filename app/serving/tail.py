"""The one writer of the state: it applies the records of the log, in the order of the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ml.errors import LogError
from ml.event_log.port import EventLog
from ml.state.feature_state import FeatureState
from ml.state.updates.apply_records import AppliedRecords, apply_records

BATCH_RECORDS: Final = 250  # applied between two answers: a timeline may wait for that long
POLL_SECONDS: Final = 0.05  # other processes do not say when they have written
TIMEOUT_SECONDS: Final = 1.0  # after the log could not be read

logger = logging.getLogger(__name__)


class Tail:
    """Reads the log in a thread, and applies records between two answers.

    `paused` keeps the state still while it is held.
    """

    def __init__(
        self, log: EventLog, state: FeatureState, react: Callable[[AppliedRecords], None]
    ) -> None:
        self.paused = asyncio.Lock()
        self._log = log
        self._state = state
        self._react = react  # called with what is new in the catalog
        self._news = asyncio.Event()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    @property
    def offset(self) -> int:
        """The offset of the last record that was applied."""
        return self._state.offset

    def hurry(self) -> None:
        """Read the log now: there is something new."""
        self._news.set()

    async def follow(self) -> None:
        """Apply records as they come, for ever."""
        while True:
            self._news.clear()
            try:
                records = await asyncio.to_thread(self._log.read, self.offset, BATCH_RECORDS)
            except LogError:
                logger.exception("the event log cannot be read; trying again")
                await asyncio.sleep(TIMEOUT_SECONDS)
                continue
            if records:
                async with self.paused:
                    self._react(apply_records(self._state, records))
                self._notify()
            if len(records) < BATCH_RECORDS:
                await self._rest()

    async def reached(self, offset: int, seconds: float) -> bool:
        """Whether the state reaches an offset within this many seconds."""
        if self.offset >= offset:
            return True
        arrival = asyncio.get_running_loop().create_future()
        self._waiting.append((offset, arrival))
        try:
            async with asyncio.timeout(seconds):
                await arrival
        except TimeoutError:
            if (offset, arrival) in self._waiting:
                self._waiting.remove((offset, arrival))
            return self.offset >= offset  # it may have come at the last moment
        return True

    def _notify(self) -> None:
        for waiting in [one for one in self._waiting if one[0] <= self.offset]:
            self._waiting.remove(waiting)
            if not waiting[1].done():
                waiting[1].set_result(None)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._news.wait()
        except TimeoutError:
            pass
