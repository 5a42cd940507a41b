"""Every event log, held to what a log promises."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from event_logs import EventLogContract, Open

from ml.log.sqlite import SqliteLog


class TestSqliteLog(EventLogContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> Open:
        return partial(SqliteLog, tmp_path / "log.sqlite")
