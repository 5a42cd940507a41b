"""A record is read in one way: the state and the tables agree on every fact that it holds."""

from __future__ import annotations

import ast
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ml.actions import Action
from ml.dataset import tables as tables_on_disk
from ml.event_log.record import Entry, Kind, Record
from ml.event_log.sqlite import SqliteLog
from ml.event_log.to_tables import with_log
from ml.state.feature_state import FeatureState
from ml.state.updates import apply_records

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000


def test_a_later_page_has_the_same_positions_in_the_state_and_in_training(
    tiny_data: Path, tiny_state: FeatureState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tables_on_disk.read(tiny_data)
    user = str(tables.users["user_id"][0])
    shown = [str(tweet) for tweet in tables.tweets["tweet_id"][:2]]
    at = (tiny_state.newest + 10) * SECOND
    body = {"request_id": "r", "user_id": user, "shown": shown, "start": 10, "impressions": True}
    entry = Entry("served/r", Kind.SERVED, at, user, body)
    with closing(SqliteLog(tmp_path / "events.db")) as log:
        log.append([entry])
        rows = with_log(tables, log).impressions.tail(2)
    assert rows["position"].to_list() == [10.0, 11.0]

    seen: list[float] = []
    state = FeatureState(tiny_state.users, tiny_state.tweets)

    def look(events: object) -> None:
        impressions = events[events.action == Action.IMPRESSION]  # type: ignore[index,attr-defined]
        seen.extend(np.asarray(impressions.position).tolist())

    monkeypatch.setattr(state, "apply", look)
    apply_records.apply_records(state, [Record(1, entry)])
    assert seen == rows["position"].to_list()


def test_nobody_but_the_log_reads_the_keys_of_a_body() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in ("app", "ml", "evaluation")
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.parent != ROOT / "ml" / "event_log"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr == "body"
        and isinstance(node.value, ast.Attribute | ast.Name)
        and (node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id) == "entry"
    ]
    assert not wrong, "\n".join(wrong)


def test_one_place_names_an_event_log() -> None:
    importing = [
        str(path.relative_to(ROOT))
        for room in ("app", "ml", "evaluation", "datagen")
        for path in (ROOT / room).rglob("*.py")
        if "ml.event_log.sqlite" in path.read_text() and path.parent != ROOT / "ml" / "event_log"
    ]
    assert importing == []
