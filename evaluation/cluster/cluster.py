"""Postgres and so many replicas, each on a node of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from evaluation.cluster.network import Network
from evaluation.cluster.postgres_server import PostgresServer
from evaluation.cluster.replica import Replica

DATABASE: Final = "db"  # the name of its node
PORT: Final = 8000
KEY: Final = "the key of the cluster"


@dataclass(frozen=True, slots=True)
class Cluster:
    """All that can fail."""

    network: Network
    database: PostgresServer
    replicas: list[Replica]


@contextmanager
def running(count: int, environment: Mapping[str, str]) -> Iterator[Cluster]:
    """A cluster whose replicas are ready, which is ended at the end of the block.

    Raises:
        NoNetworkError: namespaces are not allowed here.
        NoPostgresError: Postgres cannot be started here.
        ChildProcessError: a replica does not get ready.
    """
    names = [f"r{n}" for n in range(count)]
    with (
        TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True) as name,
        Network([DATABASE, *names]) as network,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        database = PostgresServer(
            folder / "data", network.address(DATABASE), network.prefix(DATABASE)
        )
        replicas: list[Replica] = []
        try:
            database.start()
            given = {**environment, "FORYOU_LOG": database.url(), "FORYOU_API_KEY": KEY}
            for one in names:
                address = network.address(one), PORT
                replicas.append(Replica(one, address, given, folder, network.prefix(one)))
                replicas[-1].keep_running()
            for replica in replicas:
                replica.wait()
            yield Cluster(network, database, replicas)
        finally:
            for replica in replicas:
                replica.kill()
            database.kill()
