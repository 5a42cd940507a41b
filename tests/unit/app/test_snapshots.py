"""What was written down is found, also by whoever comes while the next is being written."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from app.serving.snapshots import Snapshots
from ml.event_log.record import Entry, Kind
from ml.event_log.sqlite import SqliteLog
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records


def test_the_next_is_read_where_the_last_goes_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state, path = FeatureState(Users(), Tweets()), tmp_path / "events.db"
    snapshots, about = Snapshots.of(path), snapshot.about
    with closing(SqliteLog(path)) as log:

        def write() -> None:
            log.append([Entry(f"e{log.end}", Kind.PUT_USER, 1, "ann", {"user_id": "ann"})])
            apply_records(state, log.read(state.offset, 10))
            with snapshots.alone() as alone:
                assert alone
                snapshots.write(state, "base", tmp_path, log)

        def about_to_go(directory: Path) -> snapshot.About:
            told = about(directory)
            if state.offset == 1:
                write()
                write()
            return told

        write()
        monkeypatch.setattr(snapshot, "about", about_to_go)
        found = snapshots.newest("base", log)
        assert found is not None
        assert found.offset == 3
        assert not caplog.records
        assert snapshots.newest("another base", log) is None
