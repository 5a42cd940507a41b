"""What is measured of the live service is what happened to it."""

from __future__ import annotations

import asyncio
import json
import shutil
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evaluation.client import Connection, request
from evaluation.loadtest import soak
from evaluation.loadtest.__main__ import main
from evaluation.loadtest.command import Given
from evaluation.loadtest.durability_check import DurabilityCheck, everything
from evaluation.loadtest.open_loop_load import OpenLoopLoad
from evaluation.loadtest.pagination import Reader
from evaluation.loadtest.reload import pair
from evaluation.loadtest.server import Server, serving, start
from evaluation.loadtest.slo_report import Bar, SloReport, least, most, none
from evaluation.loadtest.traffic import ACTIONS, Traffic
from evaluation.loadtest.workers import one_to_each
from ml.actions import Action
from ml.errors import BundleError
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.state.feature_state import FeatureState
from tests.pulled import pulled


@pytest.fixture
def here(tiny_artifacts: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of other processes, and of this one as well."""
    settings = {"FORYOU_ARTIFACTS": str(tiny_artifacts), "FORYOU_DATA_DIR": str(tiny_data)}
    monkeypatch.setenv("FORYOU_DATA_DIR", str(tiny_data))
    return settings


@pytest.fixture
def server(here: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with serving({**here, "FORYOU_WORKERS": "2"}) as server:
        yield server


def measured(artifacts: Path, out: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """How a command ended, and what it wrote."""
    place = ["--artifacts", str(artifacts), "--out", str(out)]
    ended = main([*arguments, *place])
    return ended, json.loads((out / f"live-{arguments[0]}.json").read_text())


def test_a_promise_that_is_broken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    bars = [least("kills", 25, 25), most("p99", 12.5, 10, " ms"), none("lost", 0)]
    assert [bar.kept for bar in bars] == [True, False, True]
    findings = SloReport(bars, {})
    assert not findings.kept
    assert findings.table().splitlines()[2].split() == [
        "p99",
        "≤",
        "10",
        "ms",
        "12.5",
        "ms",
        "BROKEN",
    ]
    assert SloReport([Bar("x", "y", True)], {}).kept


def test_all_that_people_can_do_is_drawn_from_a_seed(tiny_state: FeatureState) -> None:
    traffic = Traffic(tiny_state, 1, "t")
    traffic.hear({"user_id": "1", "request_id": "r", "items": [{"tweet_id": "1"}]})
    events = traffic.events(3_000)
    assert {event["action"] for event in events} == {action.label for action in ACTIONS}
    assert len({event["event_id"] for event in events}) == 3_000
    assert all(event["user_id"] != event.get("target_user_id") for event in events)
    assert events[0]["event_id"] == Traffic(tiny_state, 1, "t").events(1)[0]["event_id"]


def test_impressions_are_of_what_somebody_was_shown(tiny_state: FeatureState) -> None:
    traffic = Traffic(tiny_state, 1, "t")
    assert all(event["action"] != Action.IMPRESSION.label for event in traffic.events(500))
    for name in ("first", "second"):
        items = [{"tweet_id": tweet} for tweet in ("1", "2", "3")]
        traffic.hear({"user_id": "ann", "request_id": name, "items": items})
    seen = [one for one in traffic.events(500) if one["action"] == Action.IMPRESSION.label]
    named = {(one["user_id"], one["request_id"], one["tweet_id"]) for one in seen}
    assert named == {("ann", r, t) for r in ("first", "second") for t in ("1", "2", "3")}
    assert len(seen) == 6


def test_the_ledger_knows_what_is_lost_and_what_is_there_twice(tmp_path: Path) -> None:
    seen = {"user_id": "ann", "action": Action.IMPRESSION.label, "request_id": "r", "tweet_id": "t"}
    ledger = DurabilityCheck()
    ledger.keep([{"event_id": "a", "action": "like"}, {"event_id": "b", **seen}])
    ledger.keep_entry(Kind.PUT_TWEET, "t")
    ledger.keep_entry(Kind.DELETE_TWEET, "t")
    assert ledger.events == 2
    with closing(SqliteLog(tmp_path / "log")) as log:
        log.append(
            [
                Entry("a", Kind.EVENT, 1, "ann", {"user_id": "ann", "action": "like"}),
                Entry("other", Kind.EVENT, 2, "ann", seen),
                Entry("w1", Kind.PUT_TWEET, 3, "ann", {"tweet_id": "t"}),
                Entry("w2", Kind.PUT_TWEET, 4, "ann", {"tweet_id": "t"}),
            ]
        )
        assert ledger.faults(everything(log)) == (["delete_tweet:t"], ["put_tweet:t"])


def test_a_scroll_is_judged_by_the_order_that_was_put_by() -> None:
    fine = Reader("a", [["1", "2"], ["4"]], stored=list("12345"), gone={"3": 1})
    assert fine.judge() == (0, 0, 0, 0)
    assert Reader("a", [["1"], ["1"]], stored=list("123")).judge() == (1, 1, 0, 0)
    assert Reader("a", [["2", "1"]], stored=list("123")).judge() == (0, 1, 0, 0)
    assert Reader("a", [["1"], ["2"]], list("123"), {"2": 1}).judge() == (0, 0, 1, 0)
    assert Reader("a", [["1", "3"]], stored=list("123")).judge() == (0, 0, 0, 1)


def test_each_process_is_reached_and_a_kill_takes_them_all(server: Server) -> None:
    async def ask() -> None:
        connections = await one_to_each(server, 2)
        steady = OpenLoopLoad(server.address, 100, iter([request("GET", "/livez")] * 5))
        await steady.run()
        assert len(steady.millis) == 5
        assert not steady.refused
        server.kill()
        for connection in connections:
            with pytest.raises((OSError, EOFError)):
                await connection.get("/livez")
            await connection.close()
        with pytest.raises(OSError, match="Connect call failed"):
            await Connection.to(server.address)

    asyncio.run(ask())


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(ChildProcessError, match="holds nothing to serve"):
        start(tmp_path, {"FORYOU_ARTIFACTS": str(tmp_path)})


def test_a_crash_loses_nothing(
    here: dict[str, str],
    two: tuple[Path, str, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    artifacts = shutil.copytree(two[0], tmp_path / "artifacts")
    few = ["--rounds", "2", "--events", "100", "--every", "2", "--other", two[2]]
    ended, reported = measured(artifacts, tmp_path, "crash", *few)
    assert ended == 0, capsys.readouterr().out
    assert reported["figures"]["kills"] >= 2
    assert "acknowledged and lost: 0" in capsys.readouterr().out


def test_a_second_bundle_is_named_where_none_can_be_trained(
    two: tuple[Path, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FORYOU_DATA_DIR", raising=False)
    artifacts, current, other = two
    there = pulled(artifacts, tmp_path)
    shutil.copytree(artifacts / other, there / other)
    with pytest.raises(BundleError, match="trained on another machine; name a second bundle"):
        pair(Given(there, 1, Namespace(other="")))
    assert pair(Given(there, 1, Namespace(other=other))) == (current, other)
    shutil.rmtree(there / "state")
    with pytest.raises(BundleError, match="state names no state; run foryou train"):
        pair(Given(there, 1, Namespace(other="")))
    with pytest.raises(BundleError, match="holds no bundle; run foryou train"):
        pair(Given(tmp_path / "nothing", 1, Namespace(other=other)))


def test_events_pour_in_and_have_their_effect(
    here: dict[str, str], tiny_artifacts: Path, tmp_path: Path
) -> None:
    few = ["--seconds", "1", "--rate", "500"]
    ended, reported = measured(tiny_artifacts, tmp_path, "ingest", *few)
    assert ended == 1  # which is not enough
    assert reported["bars"][0]["kept"] is False
    assert reported["figures"]["refused"] == []
    assert reported["figures"]["events_per_second"] > 300


def test_a_soak_runs_by_a_clock_of_its_own(
    here: dict[str, str], tiny_artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "BATCH", 50)
    _, reported = measured(tiny_artifacts, tmp_path, "soak", "--events", "500", "--days", "2")
    assert reported["figures"]["events"] == 500
    assert reported["figures"]["refused"] == []
    assert (np.array(reported["figures"]["quarters_mb"]) > 0).all()


def test_without_artifacts_the_remedy_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pagination", "--artifacts", str(tmp_path)]) == 2
    assert "foryou train" in capsys.readouterr().err
