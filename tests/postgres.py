"""A database of its own for a test, on one server per process of the tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from evaluation.cluster.postgres_server import NoPostgresError, PostgresServer

numbers = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Postgres itself; where none can be started, what needs it is skipped."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        try:
            server = PostgresServer(Path(folder) / "data", settings={"fsync": "off"})
            server.start()
        except NoPostgresError as error:
            pytest.skip(f"no Postgres can be started here: {error}")
        yield server
        server.kill()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of an empty database."""
    name = f"test{next(numbers)}"
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres_server.url(name)
