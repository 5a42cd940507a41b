"""Who waits for an offset is told when it comes, or that it does not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from app.serving import tail as module
from app.serving.tail import (
    LEAST_RECORDS,
    LEAST_RECORDS_BEHIND,
    LONGEST_PAUSE_SECONDS,
    PAUSE_SECONDS,
    PAUSES,
    POLL_SECONDS,
    READ_RECORDS,
    Tail,
)
from ml.event_log.recent_records import RecentRecords
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite import SqliteLog
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users


@pytest.fixture
def tail(tmp_path: Path) -> Iterator[Tail]:
    with closing(SqliteLog(tmp_path / "events.db")) as log:
        yield Tail(log, FeatureState(Users(), Tweets()), lambda taken: None)


def test_what_does_not_come_is_not_waited_for_for_ever(tail: Tail) -> None:
    assert not asyncio.run(tail.reached(1, 0.01))
    assert asyncio.run(tail.reached(0, 0.01))


def test_what_comes_at_the_last_moment_has_come(tail: Tail) -> None:
    async def come() -> bool:
        waiting = asyncio.create_task(tail.reached(1, 0))
        await asyncio.sleep(0)  # it waits
        await asyncio.sleep(0)  # its time is over, and it has not heard of that
        tail._state.advance(1, 0)
        tail._notify()
        return await waiting

    assert asyncio.run(come())


class Unread(SqliteLog):
    """A log that notes from where it is read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.read_after: list[int] = []

    def read(self, after: int, limit: int, with_pools: bool = True) -> list[Record]:
        self.read_after.append(after)
        return super().read(after, limit, with_pools)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Unread]:
    with closing(Unread(tmp_path / "events.db")) as log:
        yield log


def joined(number: int) -> Entry:
    return Entry(f"u{number}", Kind.PUT_USER, number, f"u{number}", {"user_id": f"u{number}"})


def test_the_file_is_read_only_for_what_others_appended(log: Unread) -> None:
    recent, state = RecentRecords(), FeatureState(Users(), Tweets())
    tail = Tail(log, state, lambda taken: None, recent=recent)
    recent.add(log.append([joined(1), joined(2)]).records)
    log.append([joined(3)])  # by another process
    recent.add(log.append([joined(4)]).records)

    async def run() -> None:
        await tail.step()
        assert (tail.offset, log.read_after) == (2, [])
        await tail.step()
        assert (tail.offset, log.read_after) == (4, [2])
        recent.add(log.append([joined(5)]).records)
        await tail.step()
        assert (tail.offset, log.read_after) == (5, [2])

    asyncio.run(run())
    assert state.users.ids.all_ids().to_list() == ["u1", "u2", "u3", "u4", "u5"]


def slices(log: Unread, seconds: float, records: int) -> list[int]:
    """The offsets between which records are applied, where each slice takes so many seconds."""
    state, now, offsets = FeatureState(Users(), Tweets()), [0.0], [0]

    def react(taken: object) -> None:
        now[0] += seconds
        offsets.append(state.offset)

    tail = Tail(log, state, react, spent=lambda: now[0])
    log.append([joined(number) for number in range(records)])

    async def run() -> None:
        while tail.offset < records:
            await tail.step()

    asyncio.run(run())
    return offsets


def test_records_that_take_long_are_applied_few_at_a_time(log: Unread) -> None:
    applied = [after - before for before, after in pairwise(slices(log, 1.0, READ_RECORDS - 1))]
    assert applied[:-1] == [LEAST_RECORDS] * (READ_RECORDS // LEAST_RECORDS)
    assert log.read_after == [0]


def test_who_is_far_behind_applies_more_however_long_they_take(log: Unread) -> None:
    applied = [after - before for before, after in pairwise(slices(log, 1.0, READ_RECORDS))]
    assert applied[:-1] == [LEAST_RECORDS_BEHIND] * (READ_RECORDS // LEAST_RECORDS_BEHIND)


def test_somebody_who_waits_does_not_wait_for_a_pause(log: Unread) -> None:
    recent = RecentRecords()
    tail = Tail(log, FeatureState(Users(), Tweets()), lambda taken: None, recent=recent)

    async def run() -> None:
        resting = asyncio.create_task(tail.step())
        while not log.read_after:
            await asyncio.sleep(0)
        recent.add(log.append([joined(1)]).records)
        waiting = asyncio.create_task(tail.reached(1, 5))
        await resting
        await tail.step()
        assert await waiting

    asyncio.run(run())


def test_who_is_behind_applies_more_at_a_time(log: Unread) -> None:
    offsets = [0, *(LEAST_RECORDS * factor for factor in (1, 4, 13)), READ_RECORDS - 1]
    assert slices(log, 0.004, READ_RECORDS - 1) == offsets


def test_few_records_that_take_long_are_applied_fewer_at_a_time_from_then_on(log: Unread) -> None:
    state, now, offsets, each = FeatureState(Users(), Tweets()), [0.0], [0], [0.0]

    def react(taken: object) -> None:
        now[0] += each[0] * (state.offset - offsets[-1])
        offsets.append(state.offset)

    tail = Tail(log, state, react, spent=lambda: now[0])

    async def follow(records: int) -> None:
        last = tail.offset + records
        log.append([joined(number) for number in range(tail.offset, last)])
        while tail.offset < last:
            await tail.step()

    async def run() -> None:
        await follow(READ_RECORDS)
        await follow(READ_RECORDS)
        assert offsets[-1] - offsets[-2] == READ_RECORDS  # at once, since they cost nothing
        each[0] = 0.001
        await follow(READ_RECORDS - 10)
        await follow(READ_RECORDS - 10)
        assert offsets[-1] - offsets[-2] <= LEAST_RECORDS

    asyncio.run(run())


@pytest.mark.parametrize(
    ("spent", "pause"),
    [(0.0, PAUSE_SECONDS), (0.005, 0.005 * PAUSES), (1.0, LONGEST_PAUSE_SECONDS)],
)
def test_the_more_a_batch_cost_the_longer_is_the_pause_in_which_the_next_one_grows(
    log: Unread, monkeypatch: pytest.MonkeyPatch, spent: float, pause: float
) -> None:
    paused: list[float] = []

    async def happens(event: asyncio.Event, seconds: float) -> None:
        paused.append(seconds)

    monkeypatch.setattr(module, "_happens", happens)
    now = [0.0]

    def react(taken: object) -> None:
        now[0] += spent

    tail = Tail(log, FeatureState(Users(), Tweets()), react, spent=lambda: now[0])
    log.append([joined(1)])

    async def run() -> None:
        await tail.step()
        await tail.step()  # there was nothing new

    asyncio.run(run())
    assert paused == [pytest.approx(pause), POLL_SECONDS, PAUSE_SECONDS, POLL_SECONDS]


def test_who_is_behind_does_not_pause(log: Unread, monkeypatch: pytest.MonkeyPatch) -> None:
    state, paused_at = FeatureState(Users(), Tweets()), list[int]()

    async def happens(event: asyncio.Event, seconds: float) -> None:
        paused_at.append(state.offset)

    monkeypatch.setattr(module, "_happens", happens)
    recent, count = RecentRecords(), 2 * READ_RECORDS + 10
    tail = Tail(log, state, lambda taken: None, recent=recent)
    log.append([joined(number) for number in range(count)])  # by another process
    recent.add(log.append([joined(count)]).records)

    async def run() -> None:
        while len(paused_at) < 2:
            await tail.step()

    asyncio.run(run())
    assert paused_at == [count + 1] * 2
