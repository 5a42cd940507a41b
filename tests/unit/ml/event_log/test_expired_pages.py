"""A served page whose cursor has expired keeps what was shown, in few bytes, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from ml.dataset import tables as tables_on_disk
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.event_log.to_tables import with_log
from ml.schema import TABLES
from ml.state.feature_state import FeatureState
from ml.state.storage.state_diff import differences
from ml.state.updates import tables_to_events
from ml.state.updates.apply_records import apply_records

SECOND = 1_000_000
PAGES = 400
MOST_BYTES = 300  # of a record of ten tweets, with its place in every table and index
MOST_IN_FILE = 390  # and with the room that a SQLite file leaves free, which is a page at a time


def page(n: int, users: list[str], tweets: list[str], at: int) -> Entry:
    rng = random.Random(n)
    request_id = f"{rng.getrandbits(128):032x}"
    user, known = rng.choice(users), n % 10 > 0
    shown = tuple(rng.sample(tweets, 10))
    body = bodies.Served(
        user_id=user,
        shown=shown if known else (),
        request_id=request_id,
        product="for_you",
        served_by="for_you",
        offered=() if known else shown,
        start=10 * (n % 3),
        bundle="0123456789ab",
        settings="ba9876543210",
        impressions=n % 7 > 0,
        pool=" ".join(rng.choices(tweets, k=300)),
        sources=(1 << n % 7).to_bytes(4, "little") * 300,
        placements=b"\5" * 300,
    )
    event_id = f"served/{request_id}:{rng.getrandbits(64):016x}"
    return Entry(event_id, Kind.SERVED, at, user, body.to_json())


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    with closing(SqliteLog(tmp_path / "events.db")) as log:
        yield log


def pages(count: int, at: int = SECOND, digits: int = 5) -> list[Entry]:
    rng = random.Random(7)
    first = 10 ** (digits - 1)
    tweets = [str(first + rng.randrange(first)) for _ in range(2_000)]
    users = [str(first + rng.randrange(first)) for _ in range(500)]
    return [page(n, users, tweets, at + n * SECOND) for n in range(count)]


def test_expired_pages_are_rewritten_where_they_are_a_few_at_a_time(log: SqliteLog) -> None:
    entries = pages(10)
    log.append(entries)
    chain = log.chain(log.end)
    assert log.expire_served(5 * SECOND, limit=3) == 3
    assert log.expire_served(5 * SECOND, limit=3) == 1
    assert log.expire_served(5 * SECOND, limit=3) == 0
    records = log.read(0, 100)
    assert [r.entry.kind for r in records] == [Kind.SHOWN] * 4 + [Kind.SERVED] * 6
    assert [r.offset for r in records] == list(range(1, 11))
    young = [bodies.read(entry) for entry in entries[4:]]
    assert [bodies.read(r.entry) for r in records[4:]] == young
    for record, entry in zip(records[:4], entries[:4], strict=True):
        before, after = bodies.read(entry), bodies.read(record.entry)
        assert isinstance(before, bodies.Served)
        assert isinstance(after, bodies.Served)
        assert (after.pool, after.sources, after.placements) == ("", b"", b"")
        kept = ("user_id", "shown", "offered", "request_id", "start", "bundle", "settings")
        for name in (*kept, "product", "served_by", "impressions"):
            assert getattr(after, name) == getattr(before, name)
        assert log.find(entry.event_id) == record
        assert (record.entry.at, record.entry.user) == (entry.at, entry.user)
    assert log.chain(log.end) == chain
    log.verify()


def test_a_page_that_has_changed_on_disk_is_not_sealed_anew(log: SqliteLog) -> None:
    log.append(pages(2))
    with log._writer() as connection:
        connection.execute("UPDATE entries SET user = 'eve' WHERE offset = 2")
    with pytest.raises(Exception, match="record 2 does not match its checksum"):
        log.expire_served(10 * SECOND, limit=10)


@pytest.mark.parametrize("digits", [5, 19])
def test_an_expired_page_of_ten_takes_few_bytes(
    log: SqliteLog, tmp_path: Path, digits: int
) -> None:
    """The file grows with what is kept: the room of expired pools is used again."""
    size = []
    entries = pages(PAGES * 3, digits=digits)
    for turn in range(3):
        for start in range(0, PAGES, 50):
            log.append(entries[turn * PAGES :][start : start + 50])
        while log.expire_served(10_000 * SECOND, limit=100):
            pass
        log._write.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size.append((tmp_path / "events.db").stat().st_size)
    print(size, (size[2] - size[0]) / (2 * PAGES))
    assert (size[2] - size[0]) / (2 * PAGES) < MOST_IN_FILE
    with log._reader() as connection:
        stored = "SELECT sum(length(event_id) + length(body) + length(user) + 50) FROM entries"
        (used,) = connection.execute(stored).fetchone()
    print(used / len(entries))
    assert used / len(entries) < MOST_BYTES


def test_state_and_training_are_equal_to_the_letter_before_and_after(
    tiny_data: Path, log: SqliteLog
) -> None:
    tables = tables_on_disk.read(tiny_data)
    users = tables.users["user_id"].cast(str).to_list()
    tweets = tables.tweets["tweet_id"].cast(str).to_list()
    at = max(int(tables.interactions["created_at"].max()), 0) * SECOND  # type: ignore[arg-type]
    for n in range(0, 120, 10):
        log.append(
            [
                page(n + k, [*users[:40], "stranger"], [*tweets[:300], "not-here"], at + n + k)
                for k in range(10)
            ]
        )
        user = users[n // 10]
        likes = {"action": "like", "user_id": user, "tweet_id": tweets[n]}
        log.append([Entry(f"like-{n}", Kind.EVENT, at + n, user, likes)])
    gone = {"user_id": users[0]}
    log.append([Entry("gone", Kind.DELETE_USER, at + 60, users[0], gone)])

    def state() -> FeatureState:
        catalog = tables_to_events.catalog(tables)
        state = FeatureState(*catalog)
        state.apply(tables_to_events.events(tables, *catalog))
        apply_records(state, log.read(0, 10_000))
        return state

    before, trained = state(), with_log(tables, log)
    assert log.expire_served(at + 70, limit=1_000) > 60
    assert differences(state(), before) == []
    after = with_log(tables, log)
    for table in TABLES:
        assert_frame_equal(getattr(after, table.name), getattr(trained, table.name))
    assert after.fingerprint == trained.fingerprint
    assert len(after.impressions) > len(tables.impressions)
