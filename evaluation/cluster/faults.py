"""What goes wrong between machines: each fault begins, lasts a while, and is over."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import psycopg

from evaluation.cluster.cluster import DATABASE, Cluster
from evaluation.cluster.replica import Replica
from ml import bundle

HOLDER: Final = """SELECT host(client_addr) FROM pg_stat_activity WHERE pid IN (
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)"""
DOWN_SECONDS: Final = 2.0  # of a database that is started again
SKEW_SECONDS: Final = 60.0  # that a clock is ahead or behind, at most
AWAY: Final = 6  # faults that happen while a replica is away for long
NOTICED_SECONDS: Final = 60.0  # in which a bundle that was promoted is served


class Faults:
    """Draws faults from a seed; every kind comes once before any comes again."""

    def __init__(
        self, cluster: Cluster, seed: int, seconds: float, artifacts: Path, bundles: Sequence[str]
    ) -> None:
        """
        Args:
            seconds: for how long a cut lasts.
            bundles: two versions in the artifacts, of which the first is served.
        """
        self._cluster, self._rng, self._seconds = cluster, np.random.default_rng(seed), seconds
        self._artifacts, self._bundles = artifacts, deque(bundles)
        self._waiting: list[Callable[[], str]] = []
        self._returns = 0  # when a replica that is away comes back, in faults
        self.happened: list[str] = []
        self.unnoticed: list[str] = []  # bundles that were promoted, and not served in time

    def next(self) -> None:
        """Let the next one happen; return when it is over."""
        self._returns -= 1
        if self._returns == 0:
            self.happened.append(self._come_back())
        if not self._waiting:
            kinds = (
                self._kill_database, self._stop_database, self._cut_replica, self._kill_replica,
                self._kill_holder, self._cut_database, self._restart_replica,
                self._skew_clock, self._swap_while_cut, self._leave,
            )  # fmt: skip
            self._waiting = [kinds[place] for place in self._rng.permutation(len(kinds))]
        self.happened.append(self._waiting.pop()())

    def end(self) -> None:
        """Everybody is there, and knows what time it is."""
        self._come_back()
        for replica in self._cluster.replicas:
            if replica.skew:
                replica.skew = 0.0
                replica.stop()
                replica.keep_running()

    def _some(self) -> Replica:
        replicas = [one for one in self._cluster.replicas if not one.is_away]
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

    def _skew_clock(self) -> str:
        """Of a replica; it stays so, whatever happens to the replica next."""
        replica = self._some()
        replica.skew = float(self._rng.uniform(-SKEW_SECONDS, SKEW_SECONDS))
        replica.stop()
        replica.keep_running()
        return f"{replica.name} started with a clock {replica.skew:+.0f} s off"

    def _swap_while_cut(self) -> str:
        """The other bundle is promoted while a replica does not reach the log."""
        replica = self._some()
        self._bundles.rotate()
        wanted = self._bundles[0]
        self._cluster.network.cut(replica.name)
        bundle.promote(self._artifacts, wanted)
        time.sleep(self._seconds)
        self._cluster.network.heal(replica.name)
        until = time.monotonic() + NOTICED_SECONDS
        while (state := replica.ready()) is None or state["model_version"] != wanted:
            if time.monotonic() > until:
                self.unnoticed.append(f"{replica.name} does not serve {wanted}: {state}")
                break
            time.sleep(0.2)
        return f"{replica.name} cut off while {wanted} was promoted"

    def _leave(self) -> str:
        """A replica ends, and stays away while other things happen."""
        self._come_back()
        replica = self._some()
        replica.is_away, self._returns = True, AWAY
        replica.kill()
        return f"{replica.name} killed, for long"

    def _come_back(self) -> str:
        back = [replica for replica in self._cluster.replicas if replica.is_away]
        for replica in back:
            replica.is_away = False
            replica.keep_running()
        return f"{', '.join(replica.name for replica in back)} back"

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
