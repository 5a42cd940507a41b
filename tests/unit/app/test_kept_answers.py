"""An erasure reaches the kept answers, whenever this process learns of it."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from app.serving import kept_answers
from app.serving.answer_file import Answer, AnswerFile
from app.serving.kept_answers import KeptAnswers
from ml.event_log.port import EventLog
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite import SqliteLog


def test_what_is_missed_while_the_log_is_read_is_read_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptAnswers(AnswerFile(tmp_path / "answers", 1_000_000), 1.0, is_shared=False)
    read = SqliteLog.read

    def misses(log: SqliteLog, after: int, limit: int, with_pools: bool = True) -> list[Record]:
        kept.miss()
        return read(log, after, limit, with_pools)

    async def story(log: EventLog) -> list[int]:
        for user_id in ("a", "b"):
            kept.keep(Answer(f"of-{user_id}", user_id, 0, "", "", b"{}"))
        await kept.write()
        with monkeypatch.context() as patch:
            patch.setattr(SqliteLog, "read", misses)
            await kept.follow(log, _erased(log, "stranger"))
        await kept.follow(log, _erased(log, "a"))  # which nobody observed
        left = [await kept.count(user_id) for user_id in ("a", "b")]
        await kept.close()
        return left

    with closing(SqliteLog(tmp_path / "log.db")) as log:
        assert asyncio.run(story(log)) == [0, 1]


def test_what_was_missed_before_what_is_observed_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is made anew from the log, by a slice with an erasure, and the next is observed."""
    monkeypatch.setattr(kept_answers, "RECORDS", 1)
    kept = KeptAnswers(AnswerFile(tmp_path / "answers", 1_000_000), 1.0, is_shared=False)
    read = SqliteLog.read

    async def story(log: EventLog) -> int:
        await kept.follow(log, _erased(log, "stranger"))
        kept.keep(Answer("of-a", "a", 0, "", "", b"{}"))
        kept.miss()
        applied = _erased(log, "another")

        def meanwhile(
            log: SqliteLog, after: int, limit: int, with_pools: bool = True
        ) -> list[Record]:
            found = read(log, after, limit, with_pools)
            if "a" not in erased:
                erased.append("a")
                missed = _erased(log, "a")
                kept.miss()
                _erased(log, "third")
                kept.observe(read(log, missed, 1, with_pools))
            return found

        erased: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr(SqliteLog, "read", meanwhile)
            await kept.follow(log, applied)
        return await _left_to_a(kept, log)

    with closing(SqliteLog(tmp_path / "log.db")) as log:
        assert asyncio.run(story(log)) == 0


def test_an_erasure_that_was_applied_and_not_observed_is_not_marked_as_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a slice of the log is applied in part: the state is then made anew from the log."""
    monkeypatch.setattr(kept_answers, "RECORDS", 1)  # every look is marked
    kept = KeptAnswers(AnswerFile(tmp_path / "answers", 1_000_000), 1.0, is_shared=False)

    async def story(log: EventLog) -> int:
        kept.keep(Answer("of-a", "a", 0, "", "", b"{}"))
        await kept.follow(log, _erased(log, "stranger"))
        await kept.follow(log, _erased(log, "a"))
        kept.miss()
        return await _left_to_a(kept, log)

    with closing(SqliteLog(tmp_path / "log.db")) as log:
        assert asyncio.run(story(log)) == 0


async def _left_to_a(kept: KeptAnswers, log: EventLog) -> int:
    """How many answers to `a` are kept once all of the log was followed."""
    await kept.follow(log, log.end)
    left = await kept.count("a")
    await kept.close()
    return left


def _erased(log: EventLog, user_id: str) -> int:
    """The offset of the erasure."""
    log.append([Entry(f"erased/{user_id}", Kind.DELETE_USER, 1, user_id, {})])
    return log.end
