"""The one writer of the state: it applies the records of the log, in the order of the log."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import islice
from time import perf_counter, thread_time
from typing import ClassVar, Final

from ml.errors import DataError
from ml.event_log.port import EventLog
from ml.event_log.recent_records import RecentRecords
from ml.event_log.record import Record
from ml.state.feature_state import FeatureState
from ml.state.updates.apply_records import AppliedRecords, apply_records

READ_RECORDS: Final = 500  # read at once
SLICE_SECONDS: Final = 0.002  # of processor time between two answers: a timeline may wait for it
SLICE_SECONDS_BEHIND: Final = 0.012  # the same while more wait: the first record costs as 60 do
LEAST_RECORDS: Final = 32  # applied between two answers, however long they take
LEAST_RECORDS_BEHIND: Final = 200  # the same while it is behind: of few, each costs more
POLL_SECONDS: Final = 0.05  # other processes do not say when they have written
PAUSE_SECONDS: Final = 0.02  # between two batches that nobody waits for: larger ones cost less
LONGEST_PAUSE_SECONDS: Final = 0.1
PAUSES: Final = 9  # times what was spent since the last pause, if that is no longer


class Tail:
    """Takes what this process appended from memory and all else from the log, in a thread, and
    applies records between two answers.

    `paused` keeps the state still while it is held.
    """

    NAME: ClassVar = "tail"  # of its loop

    def __init__(
        self,
        log: EventLog,
        state: FeatureState,
        react: Callable[[AppliedRecords], None],
        restore: Callable[[], Awaitable[FeatureState]] | None = None,
        observe: Callable[[Sequence[Record]], None] = lambda records: None,
        recent: RecentRecords | None = None,
        tick: Callable[[], float] = perf_counter,
        spent: Callable[[], float] = thread_time,
    ) -> None:
        """
        Args:
            react: called with what is new in the catalog; again, where it raised.
            restore: makes the state anew from the log, after records were applied in part.
            observe: called with records after they were applied.
            recent: what this process appended.
            tick: seconds, by which it is known how old the state is.
            spent: seconds of processor time, by which batches are kept short: on a machine that has
                other work, shorter ones would cost more each.
        """
        self.paused = asyncio.Lock()
        self._log = log
        self._state = state
        self._react = react
        self._restore = restore
        self._observe = observe
        self._recent = recent or RecentRecords()
        self._tick, self._spent = tick, spent
        self._ahead: deque[Record] = deque()  # to be applied next
        self._at_once = LEAST_RECORDS  # that take about as long as they may
        self._busy = 0.0  # seconds of processor time since the last pause
        self._is_behind = False  # there was more than was read
        self._applied: AppliedRecords | None = None  # which nobody has reacted to yet
        self._is_damaged = False  # some records were applied in part
        self._followed_at = tick()
        self._news, self._demand = asyncio.Event(), asyncio.Event()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    @property
    def offset(self) -> int:
        """The offset of the last record that was applied."""
        return self._state.offset

    @property
    def stale_seconds(self) -> float:
        """How long ago the log was last followed."""
        return self._tick() - self._followed_at

    def hurry(self) -> None:
        """Apply what there is: there is something new."""
        self._news.set()

    async def step(self) -> None:
        """Apply the next records, or wait a moment where there are none.

        Raises:
            LogError: the log cannot be read.
            DataError: a record cannot be read; nothing was applied.
        """
        self._news.clear()
        self._demand.clear()
        if self._is_damaged and self._restore is not None:
            async with self.paused:
                self._state, self._applied = await self._restore(), None
                self._ahead.clear()
                self._is_damaged = False
        if not self._ahead:
            self._ahead.extend(await self._next())
        if self._ahead or self._applied is not None:
            async with self.paused:
                self._apply()
            self._notify()
        self._followed_at = self._tick()
        if not self._ahead and not self._is_behind:
            await self._rest()

    async def reached(self, offset: int, seconds: float) -> bool:
        """Whether the state reaches an offset within this many seconds."""
        if self.offset >= offset:
            return True
        arrival = asyncio.get_running_loop().create_future()
        self._waiting.append((offset, arrival))
        self._demand.set()
        self._news.set()  # another process may have written it
        try:
            async with asyncio.timeout(seconds):
                await arrival
        except TimeoutError:
            if (offset, arrival) in self._waiting:
                self._waiting.remove((offset, arrival))
            return self.offset >= offset  # it may have come at the last moment
        return True

    async def _next(self) -> Sequence[Record]:
        """The records behind those that were applied."""
        records = self._recent.take(self.offset, READ_RECORDS)
        if not records:
            read = partial(self._log.read, with_pools=False)
            records = await asyncio.to_thread(read, self.offset, READ_RECORDS)
        self._is_behind = len(records) == READ_RECORDS or self._recent.has_more
        return records

    def _apply(self) -> None:
        """Apply as many records as answers may wait for."""
        self._follow_up()
        at_least = LEAST_RECORDS_BEHIND if self._is_behind else LEAST_RECORDS
        records = list(islice(self._ahead, max(self._at_once, at_least)))
        if not records:
            return
        began = self._spent()
        try:
            self._applied = apply_records(self._state, records)
        except DataError:
            raise  # before any record was applied
        except BaseException:
            self._is_damaged = True
            raise
        for _ in records:
            self._ahead.popleft()
        self._observe(records)
        self._follow_up()
        spent = self._spent() - began
        self._busy += spent
        if len(records) >= self._at_once or spent > SLICE_SECONDS_BEHIND:  # of few, each costs more
            rate = len(records) / max(spent, 1e-9)
            self._at_once = int(rate * (SLICE_SECONDS_BEHIND if self._ahead else SLICE_SECONDS))
            self._at_once = min(max(self._at_once, LEAST_RECORDS), READ_RECORDS)

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
        """Wait until there is something new, for a while at least where nobody waits for it."""
        pause = min(max(self._busy * PAUSES, PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._busy = 0.0
        if not self._waiting:
            await _happens(self._demand, pause)
        await _happens(self._news, POLL_SECONDS)


async def _happens(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, this long at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
