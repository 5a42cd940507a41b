"""What goes wrong between machines: each fault begins, lasts a while, and is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import numpy as np
import psycopg

from evaluation.cluster.cluster import DATABASE, Cluster
from evaluation.cluster.replica import Replica

HOLDER: Final = """SELECT host(client_addr) FROM pg_stat_activity WHERE pid IN (
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)"""
DOWN_SECONDS: Final = 2.0  # of a database that is started again


class Faults:
    """Draws faults from a seed; every kind comes once before any comes again."""

    def __init__(self, cluster: Cluster, seed: int, seconds: float) -> None:
        """
        Args:
            seconds: for how long a cut lasts.
        """
        self._cluster, self._rng, self._seconds = cluster, np.random.default_rng(seed), seconds
        self._waiting: list[Callable[[], str]] = []
        self.happened: list[str] = []

    def next(self) -> None:
        """Let the next one happen; return when it is over."""
        if not self._waiting:
            kinds = (
                self._kill_database, self._stop_database, self._cut_replica, self._kill_replica,
                self._kill_holder, self._cut_database, self._restart_replica,
            )  # fmt: skip
            self._waiting = [kinds[place] for place in self._rng.permutation(len(kinds))]
        self.happened.append(self._waiting.pop()())

    def _some(self) -> Replica:
        replicas = self._cluster.replicas
        return replicas[int(self._rng.integers(len(replicas)))]

    def _kill_database(self) -> str:
        self._cluster.database.kill()
        time.sleep(DOWN_SECONDS)
        self._cluster.database.start()
        return "Postgres killed and started"

    def _stop_database(self) -> str:
        self._cluster.database.stop()
        time.sleep(DOWN_SECONDS)
        self._cluster.database.start()
        return "Postgres stopped and started"

    def _cut_replica(self) -> str:
        return self._cut(self._some().name)

    def _cut_database(self) -> str:
        return self._cut(DATABASE)

    def _cut(self, node: str) -> str:
        self._cluster.network.cut(node)
        time.sleep(self._seconds)
        self._cluster.network.heal(node)
        return f"{node} cut off"

    def _kill_replica(self) -> str:
        return self._again(self._some(), "killed")

    def _restart_replica(self) -> str:
        replica = self._some()
        replica.stop()
        replica.keep_running()
        return f"{replica.name} stopped and started"

    def _kill_holder(self) -> str:
        """The replica that writes snapshots for all."""
        with psycopg.connect(self._cluster.database.url()) as connection:
            holders = {host for (host,) in connection.execute(HOLDER)}
        for replica in self._cluster.replicas:
            if replica.address[0] in holders:
                return self._again(replica, "killed, which held the lease")
        return self._again(self._some(), "killed; nobody held the lease")

    def _again(self, replica: Replica, how: str) -> str:
        replica.kill()
        replica.keep_running()
        return f"{replica.name} {how}"
