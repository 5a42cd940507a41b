"""One thread writes for all: who waits together is written together."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from ml.errors import LogError, LogFullError
from ml.event_log.group_commit import GroupCommit
from ml.event_log.port import Appended
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog

SOON = 10  # seconds


class Slow(SqliteLog):
    """A log that waits to be let go on, and remembers what it was given together."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.go_on, self.begun = Event(), Event()
        self.together: list[list[str]] = []
        self.broken = False

    def append(self, entries: Sequence[Entry]) -> Appended:
        self.together.append([entry.event_id for entry in entries])
        self.begun.set()
        assert self.go_on.wait(SOON)
        if self.broken:
            raise LogError("the disk is gone")
        return super().append(entries)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Slow]:
    with closing(Slow(tmp_path / "log.sqlite")) as log:
        yield log


def event(event_id: str, **body: object) -> Entry:
    return Entry(event_id, Kind.EVENT, 1, "ada", body)


def ids(log: SqliteLog) -> list[str]:
    return [record.entry.event_id for record in log.read(0, 100_000)]


def held(log: Slow, **settings: int) -> GroupCommit:
    """Its thread is at work on `first`, so that everything else has to wait."""
    commit = GroupCommit(log, **settings)
    commit.submit([event("first")])
    assert log.begun.wait(SOON)
    assert commit.waiting == 0
    return commit


def test_who_waits_together_is_written_together(log: Slow) -> None:
    with closing(held(log)) as commit:
        two = commit.submit([event("a"), event("b")])
        three = commit.submit([event("b"), event("c"), event("first")])
        assert commit.waiting == 5
        log.go_on.set()
        assert two.result(SOON) == Appended(4, [True, True])
        assert three.result(SOON) == Appended(4, [False, True, False])
    assert log.together == [["first"], ["a", "b", "b", "c", "first"]]


def test_a_transaction_stays_small_and_no_submission_is_split(log: Slow) -> None:
    with closing(held(log, max_batch_entries=3)) as commit:
        for batch in ("ab", "c", "de", "fghi", "j"):
            commit.submit([event(one) for one in batch])
        log.go_on.set()
    assert log.together == [["first"], [*"abc"], [*"de"], [*"fghi"], ["j"]]


def test_too_much_at_once_is_refused_until_some_is_written(log: Slow) -> None:
    with closing(held(log, max_queued_entries=3)) as commit:
        commit.submit([event("a"), event("b")])
        with pytest.raises(LogFullError, match=r"2 entries wait .* 3 may; send these 2 again"):
            commit.submit([event("c"), event("d")])
        commit.submit([event("c")])
        log.go_on.set()
    assert ids(log) == ["first", "a", "b", "c"]


def test_more_than_may_wait_is_taken_where_nothing_waits(log: Slow) -> None:
    log.go_on.set()
    with closing(GroupCommit(log, max_queued_entries=2)) as commit:
        assert commit.submit([event(str(n)) for n in range(5)]).result(SOON).offset == 5


def test_what_was_served_is_taken_for_longer(log: Slow) -> None:
    with closing(held(log, max_queued_entries=2)) as commit:
        commit.submit([event("a"), event("b")])
        with pytest.raises(LogFullError):
            commit.submit([event("c")])
        commit.submit_quietly([event("c"), event("d")])
        with pytest.raises(LogFullError, match="4 entries wait"):
            commit.submit_quietly([event("e")])
        log.go_on.set()
    assert ids(log) == ["first", *"abcd"]


def test_a_broken_log_is_told_to_all_who_wait(log: Slow, caplog: pytest.LogCaptureFixture) -> None:
    with closing(held(log)) as commit, caplog.at_level(logging.WARNING):
        waiting = [commit.submit([event(one)]) for one in "abc"]
        commit.submit_quietly([event("d")])
        log.broken = True
        log.go_on.set()
        for future in waiting:
            with pytest.raises(LogError, match="the disk is gone"):
                future.result(SOON)
        assert len(log.together) == 2
        log.broken = False
        assert commit.submit([event("a")]).result(SOON).accepted == [True]
        assert commit.failure == "the disk is gone"
        commit.retry()
        assert commit.failure is None
    assert caplog.messages == ["1 entries wait to be written again: the disk is gone"]
    assert sorted(ids(log)) == ["a", "d"]


def test_an_entry_that_cannot_be_written_is_nobody_elses_trouble(log: Slow) -> None:
    with closing(held(log)) as commit:
        good, bad, last = (
            commit.submit([event("a")]),
            commit.submit([event("b", value=float("nan"))]),
            commit.submit([event("c")]),
        )
        log.go_on.set()
        assert good.result(SOON).accepted == last.result(SOON).accepted == [True]
        with pytest.raises(ValueError, match="JSON"):
            bad.result(SOON)
        with pytest.raises(ValueError, match="JSON"):
            commit.submit([event("b", value=float("nan"))]).result(SOON)
    assert ids(log) == ["first", "a", "c"]


def test_who_gives_up_waiting_is_not_written(log: Slow) -> None:
    with closing(held(log)) as commit:
        commit.submit([event("a")])
        assert commit.submit([event("b")]).cancel()
        log.go_on.set()
    assert ids(log) == ["first", "a"]


def test_closing_writes_what_waits_and_takes_nothing_more(log: Slow) -> None:
    commit = held(log)
    futures = [commit.submit([event(str(n))]) for n in range(20)]
    commit.submit_quietly([event("quiet")])
    with ThreadPoolExecutor(1) as pool:
        closed = pool.submit(commit.close)
        assert not closed.done()
        log.go_on.set()
        closed.result(SOON)
    assert all(future.done() for future in futures)
    assert len(ids(log)) == 22
    with pytest.raises(LogError, match="is stopping"):
        commit.submit([event("late")])
    with pytest.raises(LogError, match="is stopping"):
        commit.submit_quietly([event("late")])
    commit.close()
    assert len(ids(log)) == 22


def test_many_threads_lose_and_double_nothing(log: Slow) -> None:
    log.go_on.set()
    with closing(GroupCommit(log)) as commit, ThreadPoolExecutor(8) as pool:

        def submit(n: int) -> list[bool]:
            return commit.submit([event(f"{n}"), event("same")]).result(SOON).accepted

        accepted = list(pool.map(submit, range(400)))
    assert sum(map(sum, accepted)) == 401 == len(set(ids(log)))
    assert len(log.together) <= 400
