"""Recent records are those of the log, in its order, up to the first that is another's."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ml.event_log.group_commit import GroupCommit
from ml.event_log.recent_records import RecentRecords
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite import SqliteLog

SOON = 10  # seconds


def record(offset: int) -> Record:
    return Record(offset, Entry(str(offset), Kind.EVENT, 1, "ada", {}))


def offsets(records: list[Record]) -> list[int]:
    return [one.offset for one in records]


def test_they_are_taken_once_and_in_order() -> None:
    recent = RecentRecords()
    recent.add(map(record, (4, 5, 6)))
    assert offsets(recent.take(after=3, limit=2)) == [4, 5]
    assert offsets(recent.take(after=5, limit=2)) == [6]
    assert recent.take(after=5, limit=2) == []


def test_nothing_is_taken_over_a_gap() -> None:
    recent = RecentRecords()
    recent.add(map(record, (4, 6)))
    assert recent.take(after=2, limit=9) == []
    assert offsets(recent.take(after=3, limit=9)) == [4]
    assert recent.take(after=4, limit=9) == []
    assert offsets(recent.take(after=5, limit=9)) == [6]


def test_what_was_read_from_the_file_is_passed_over() -> None:
    recent = RecentRecords()
    recent.add(map(record, (4, 5, 6)))
    assert offsets(recent.take(after=5, limit=9)) == [6]


def test_there_is_room_for_so_many_and_the_file_has_the_rest() -> None:
    recent = RecentRecords(room=2)
    recent.add(map(record, (4, 5, 6)))
    assert recent.take(after=3, limit=9) == []
    assert offsets(recent.take(after=4, limit=9)) == [5, 6]


def test_they_are_what_the_file_holds(tmp_path: Path) -> None:
    def entry(event_id: str, kind: Kind, at: int, **body: object) -> Entry:
        return Entry(event_id, kind, at, "ada", {"user_id": "ada", **body}, assigned=True)

    page = entry("c", Kind.SERVED, 1, shown=["1", "2"], pool="1 2 3", sources="AQEB")
    with closing(SqliteLog(tmp_path / "events.db")) as log, closing(GroupCommit(log)) as commit:
        commit.submit([entry("a", Kind.EVENT, 9, action="like", tweet_id="1")]).result(SOON)
        commit.submit_quietly([page])
        commit.submit([entry("a", Kind.EVENT, 9), entry("b", Kind.EVENT, 2)]).result(SOON)
        taken = commit.recent.take(0, 9)
        kept = [one._replace(entry=one.entry._replace(assigned=False)) for one in taken]
        assert kept == log.read(0, 9)
        assert taken[-1].entry.at == 10  # later than all before
