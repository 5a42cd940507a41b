"""What every event log promises. Inherit the suite, say how one is opened, and be held to it."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.connection import Connection

import pytest

from ml.event_log.port import EventLog
from ml.event_log.record import Entry, Kind, Record

AT = 1_700_000_000_000_000
WRITERS = 4
Open = Callable[[], EventLog]  # opens the same log every time, and can be pickled
spawned = multiprocessing.get_context("spawn")


def event(event_id: str, user: str = "ada", at: int = AT, **body: object) -> Entry:
    return Entry(event_id, Kind.EVENT, at, user, {"action": "like", "user_id": user, **body})


def served(event_id: str, user: str = "ada", at: int = AT) -> Entry:
    body = {"request_id": event_id, "user_id": user, "shown": ["1", "2"], "scores": [0.5, 0.25]}
    return Entry(event_id, Kind.SERVED, at, user, body)


def erasure(user: str, event_id: str | None = None) -> Entry:
    return Entry(event_id or f"erase-{user}", Kind.DELETE_USER, AT, user, {"user_id": user})


class EventLogContract:
    @pytest.fixture
    def open_log(self) -> Open:
        raise NotImplementedError("say how the log is opened")

    @pytest.fixture
    def log(self, open_log: Open) -> Iterator[EventLog]:
        with closing(open_log()) as log:
            yield log

    def test_what_is_appended_is_read_back_in_order(self, log: EventLog) -> None:
        entries = [
            event("a", value=0.5, text="Grüße, 世界 \N{GRINNING FACE} \ud800", tweet_id=None),
            Entry("b", Kind.PUT_TWEET, -1, None, {"hashtags": ["x", "y"], "nsfw": False}),
            served("c"),
        ]
        assert log.append(entries).accepted == [True, True, True]
        records = log.read(0, 10)
        assert [record.entry for record in records] == entries
        assert [record.offset for record in records] == sorted({r.offset for r in records})
        assert records[0].offset >= 1

    def test_an_empty_log_ends_at_zero(self, log: EventLog) -> None:
        assert log.end == 0
        assert log.read(0, 10) == []
        assert log.append([]).offset == 0

    def test_reading_goes_on_from_an_offset(self, log: EventLog) -> None:
        log.append([event(str(n)) for n in range(10)])
        first = log.read(0, 4)
        rest = log.read(first[-1].offset, 100)
        assert [r.entry.event_id for r in first + rest] == [str(n) for n in range(10)]
        assert log.read(log.end, 100) == []
        assert rest[-1].offset == log.end

    def test_what_only_later_pages_need_may_be_left_out(self, log: EventLog) -> None:
        log.append([event("a"), served("b"), event("c")])
        whole, short = log.read(0, 10), log.read(0, 10, with_pools=False)
        assert [one.offset for one in short] == [one.offset for one in whole]
        assert (short[0], short[2]) == (whole[0], whole[2])
        assert short[1].entry.body == {"request_id": "b", "user_id": "ada", "shown": ["1", "2"]}
        assert short[1].entry == whole[1].entry._replace(body=short[1].entry.body)

    def test_an_id_is_accepted_once(self, log: EventLog) -> None:
        assert log.append([event("a"), event("b"), event("a")]).accepted == [True, True, False]
        assert log.append([event("b", "bob"), event("c")]).accepted == [False, True]
        assert [r.entry.event_id for r in log.read(0, 10)] == ["a", "b", "c"]
        assert log.read(0, 10)[1].entry.user == "ada"

    def test_an_id_stays_taken_when_the_log_is_opened_again(self, open_log: Open) -> None:
        with closing(open_log()) as log:
            before = log.append([event("a")])
        with closing(open_log()) as log:
            assert log.append([event("a")]) == type(before)(before.offset, [False])
            assert log.append([event("b")]).offset > before.offset

    def test_the_offset_covers_duplicates_too(self, log: EventLog) -> None:
        log.append([event("a"), event("b")])
        found = log.find("b")
        assert found is not None
        assert log.append([event("b")]).offset >= found.offset
        assert log.append([event("c")]).offset == log.end

    def test_many_at_once(self, log: EventLog) -> None:
        log.append([event(str(n)) for n in range(0, 3000, 2)])
        accepted = log.append([event(str(n)) for n in range(3000)]).accepted
        assert accepted == [n % 2 == 1 for n in range(3000)]

    def test_an_entry_is_found_by_its_id(self, log: EventLog) -> None:
        log.append([event("a"), event("b")])
        found = log.find("b")
        assert found is not None
        assert (found.entry, found.offset) == (event("b"), log.end)
        assert log.find("c") is None

    def test_what_cannot_be_written_leaves_nothing_behind(self, log: EventLog) -> None:
        with pytest.raises(ValueError, match="JSON"):
            log.append([event("a"), event("b", value=float("nan"))])
        assert log.end == 0
        assert log.append([event("a")]).accepted == [True]

    def test_threads_may_share_it(self, log: EventLog) -> None:
        with ThreadPoolExecutor(4) as pool:
            appended = pool.map(lambda n: log.append([event(str(n)), event("same")]), range(40))
            read = list(pool.map(lambda _: len(log.read(0, 1000)), range(40)))
        assert sum(sum(one.accepted) for one in appended) == 41 == len(log.read(0, 1000))
        assert max(read) <= 41

    def test_the_secret_is_the_same_for_everybody(self, open_log: Open) -> None:
        with closing(open_log()) as log, closing(open_log()) as other:
            assert log.secret() == other.secret()
            assert len(log.secret()) == 32
        with closing(open_log()) as log:
            assert log.secret() == other.secret()

    # Erasure

    def test_erased_is_what_the_user_did_before(self, log: EventLog) -> None:
        log.append([event("a"), served("b"), event("c", "bob"), erasure("ada"), event("d")])
        assert log.find("a") is not None
        assert log.compact() == 2
        assert [r.entry.event_id for r in log.read(0, 10)] == ["c", "erase-ada", "d"]
        assert log.find("a") is None
        assert log.compact() == 0

    def test_an_erased_id_stays_taken_and_its_offset_too(self, log: EventLog) -> None:
        log.append([event("a"), erasure("ada")])
        log.compact()
        assert log.append([event("a", "bob"), event("b")]).accepted == [False, True]
        assert [r.offset for r in log.read(0, 10)] == [2, 3]

    def test_whoever_is_erased_twice_is_erased_up_to_the_second_time(self, log: EventLog) -> None:
        log.append([event("a"), erasure("ada"), event("b"), erasure("ada", "again")])
        assert log.compact() == 2
        assert [r.entry.event_id for r in log.read(0, 10)] == ["erase-ada", "again"]

    def test_what_was_served_long_ago_can_be_forgotten(self, log: EventLog) -> None:
        log.append([served("a", at=AT - 2), served("b"), event("c", at=AT - 2)])
        end = log.end
        assert log.compact() == 0
        assert log.compact(forget_served_before=AT) == 1
        assert [r.entry.event_id for r in log.read(0, 10)] == ["b", "c"]
        assert log.compact(forget_served_before=AT + 1) == 1
        assert log.end == end

    def test_the_end_does_not_move_back(self, log: EventLog) -> None:
        log.append([served("a")])
        log.compact(forget_served_before=AT + 1)
        assert (log.end, log.read(0, 10)) == (1, [])
        assert log.append([served("b")]).offset == 2

    # Leases

    def test_one_of_all_holds_a_lease_until_it_is_closed(self, open_log: Open) -> None:
        with closing(open_log()) as log, closing(open_log()) as other:
            first, second, another = log.lease("work"), other.lease("work"), other.lease("rest")
            assert first.is_held()
            assert not second.is_held()
            assert first.is_held()
            assert another.is_held()
            first.close()
            assert second.is_held()
            second.close()
            another.close()

    def test_an_assigned_time_is_later_than_all_of_its_user_before(self, log: EventLog) -> None:
        def assigned(event_id: str, user: str, at: int) -> Entry:
            return event(event_id, user, at)._replace(assigned=True)

        log.append([event("a", "ada", AT + 50), served("s", "ada", AT + 90)])
        log.append([assigned("b", "ada", AT), assigned("c", "bob", AT), assigned("d", "ada", AT)])
        log.append([event("e", "ada", AT - 5), assigned("f", "ada", AT + 70)])
        log.append([assigned("a", "ada", AT + 999), assigned("g", "ada", AT)])
        times = {r.entry.event_id: r.entry.at - AT for r in log.read(0, 20)}
        assert times == {"a": 50, "s": 90, "b": 51, "c": 0, "d": 52, "e": -5, "f": 70, "g": 71}

    # Processes

    def test_what_was_acknowledged_survives_a_kill(self, open_log: Open) -> None:
        ours, theirs = spawned.Pipe()
        process = spawned.Process(target=append_until_killed, args=(open_log, theirs))
        process.start()
        theirs.close()
        acknowledged = [ours.recv() for _ in range(20)]
        process.kill()
        process.join()
        while True:  # what it had still said
            try:
                acknowledged.append(ours.recv())
            except EOFError:
                break
        with closing(open_log()) as log:
            there = {record.entry.event_id for record in log.read(0, 1_000_000)}
            assert {event_id for batch in acknowledged for event_id in batch} <= there
            assert len(there) % 3 == 0, "a batch was accepted in part"
            assert log.append([event("0-0"), event("afterwards")]).accepted == [False, True]

    def test_processes_that_append_together_lose_and_double_nothing(self, open_log: Open) -> None:
        """While they do, a reader that goes on from where it was misses nothing."""
        pipes = [spawned.Pipe() for _ in range(WRITERS)]
        writers = [
            spawned.Process(target=append_with_others, args=(open_log, n, theirs))
            for n, (_, theirs) in enumerate(pipes)
        ]
        for writer in writers:
            writer.start()
        seen: list[Record] = []
        with closing(open_log()) as log:
            while any(one.is_alive() for one in writers) or log.read(at(seen), 1):
                seen += log.read(at(seen), 7)
            everything = log.read(0, 1_000_000)
        accepted = [ours.recv() for ours, _ in pipes]
        assert [writer.exitcode for writer in writers] == [0] * WRITERS
        assert seen == everything
        assert [r.offset for r in seen] == sorted({r.offset for r in seen})
        ids = [record.entry.event_id for record in seen]
        assert len(ids) == len(set(ids)) == sum(accepted) == 60 * (WRITERS + 1)


def append_until_killed(open_log: Open, pipe: Connection) -> None:
    log = open_log()
    for n in range(sys.maxsize):
        batch = [f"{n}-{m}" for m in range(3)]
        log.append([event(event_id) for event_id in batch])
        pipe.send(batch)


def append_with_others(open_log: Open, writer: int, pipe: Connection) -> None:
    """Ids of its own, and ids that all writers use."""
    accepted = 0
    with closing(open_log()) as log:
        for n in range(60):
            mine, everybodys = event(f"{writer}-{n}"), event(f"any-{n}")
            accepted += sum(log.append([mine, everybodys]).accepted)
    pipe.send(accepted)


def at(seen: list[Record]) -> int:
    return seen[-1].offset if seen else 0
