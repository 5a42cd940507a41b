"""The one writer of the state: it applies the records of the log, in the order of the log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final

from ml.errors import DataError
from ml.event_log.port import EventLog
from ml.event_log.record import Record
from ml.state.feature_state import FeatureState
from ml.state.updates.apply_records import AppliedRecords, apply_records

BATCH_RECORDS: Final = 250  # applied between two answers: a timeline may wait for that long
POLL_SECONDS: Final = 0.05  # other processes do not say when they have written


class Tail:
    """Reads the log in a thread, and applies records between two answers.

    `paused` keeps the state still while it is held.
    """

    NAME: ClassVar = "tail"  # of its loop

    def __init__(
        self,
        log: EventLog,
        state: FeatureState,
        react: Callable[[AppliedRecords], None],
        restore: Callable[[], Awaitable[FeatureState]] | None = None,
    ) -> None:
        """
        Args:
            react: called with what is new in the catalog; again, where it raised.
            restore: makes the state anew from the log, after records were applied in part.
        """
        self.paused = asyncio.Lock()
        self._log = log
        self._state = state
        self._react = react
        self._restore = restore
        self._applied: AppliedRecords | None = None  # which nobody has reacted to yet
        self._is_damaged = False  # some records were applied in part
        self._news = asyncio.Event()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    @property
    def offset(self) -> int:
        """The offset of the last record that was applied."""
        return self._state.offset

    def hurry(self) -> None:
        """Read the log now: there is something new."""
        self._news.set()

    async def step(self) -> None:
        """Apply the next records, or wait a moment where there are none.

        Raises:
            LogError: the log cannot be read.
            DataError: a record cannot be read; nothing was applied.
        """
        self._news.clear()
        if self._is_damaged and self._restore is not None:
            async with self.paused:
                self._state, self._applied = await self._restore(), None
                self._is_damaged = False
        records = await asyncio.to_thread(self._log.read, self.offset, BATCH_RECORDS)
        if records or self._applied is not None:
            async with self.paused:
                self._apply(records)
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

    def _apply(self, records: Sequence[Record]) -> None:
        self._follow_up()
        if not records:
            return
        try:
            self._applied = apply_records(self._state, records)
        except DataError:
            raise  # before any record was applied
        except BaseException:
            self._is_damaged = True
            raise
        self._follow_up()

    def _follow_up(self) -> None:
        """React to what was applied; it stays to be reacted to until that succeeds."""
        if self._applied is not None:
            self._react(self._applied)
            self._applied = None

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
