"""Every event log, held to what a log promises."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from ml.event_log.postgres import PostgresLog
from ml.event_log.sqlite import SqliteLog
from tests.contracts.event_logs import EventLogContract, Open


class TestSqliteLog(EventLogContract):
    @pytest.fixture
    def open_log(self, tmp_path: Path) -> Open:
        return partial(SqliteLog, tmp_path / "log.sqlite")


class TestPostgresLog(EventLogContract):
    @pytest.fixture
    def open_log(self, postgres_url: str) -> Open:
        return partial(PostgresLog, postgres_url)
