"""Replicas over one log in Postgres, while a machine fails every few seconds."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final

import numpy as np

from evaluation.client import Address, Connection
from evaluation.cluster import cluster
from evaluation.cluster.cluster import Cluster
from evaluation.cluster.cluster_load import ClusterLoad
from evaluation.cluster.faults import Faults
from evaluation.cluster.network import NoNetworkError
from evaluation.cluster.postgres_server import NoPostgresError
from evaluation.loadtest import replay_check
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.durability_check import everything
from evaluation.loadtest.reload import copied, pair
from evaluation.loadtest.slo_report import SloReport, least, none
from evaluation.loadtest.traffic import Traffic
from ml.event_log.open_log import open_log

CUT_SHARE: Final = 0.5  # of the time between two faults
SHOWN: Final = 5  # faults of a kind
IDEMPOTENT: Final = ("put_", "delete_")  # as the ledger names changes of the catalogue
OPTIONS: Final[Options] = {
    "minutes": (30.0, "for how long"),
    "replicas": (3, "how many"),
    "every": (20.0, "seconds from one fault to the next"),
    "events": (500_000, "acknowledged, at least"),
    "rate": (400.0, "events per second"),
    "other": ("", "the version of a second bundle; trained if left out"),
}


def measure(given: Given) -> SloReport:
    """Cut and kill for so long, then compare what is left with what was promised.

    Raises:
        ChildProcessError: there can be no cluster here, or a replica does not get ready.
    """
    with TemporaryDirectory() as folder:
        here = copied(given, Path(folder))
        both = pair(here)
        environment = here.environment | {
            "FORYOU_LOG_LEVEL": "warning",
            "FORYOU_SNAPSHOT_MINUTES": "0.5",
            "FORYOU_IMPRESSIONS": "client",
            "FORYOU_REPLAY_HOURS": "0",
        }
        try:
            with cluster.running(given.options.replicas, environment) as running:
                return _measured(here, running, both)
        except (NoNetworkError, NoPostgresError) as error:
            raise ChildProcessError(str(error)) from error


def _measured(given: Given, running: Cluster, both: tuple[str, str]) -> SloReport:
    options = given.options
    faults = Faults(running, given.seed, options.every * CUT_SHARE, given.artifacts, both)
    addresses = [replica.address for replica in running.replicas]
    load = ClusterLoad(addresses, Traffic(given.state(), given.seed, "cluster"), options.rate)
    began = monotonic()
    asyncio.run(_endure(running, load, faults, options.minutes * 60, options.every))
    minutes = (monotonic() - began) / 60
    faults.end()
    for replica in running.replicas:
        replica.wait()
    offset = asyncio.run(load.finish())
    behind = asyncio.run(_reach(addresses, offset))
    rng = np.random.default_rng(given.seed)
    settings = given.settings.model_copy(update={"log": running.database.url()})
    with closing(open_log(settings.log_location)) as log:
        log.verify()
        records = everything(log)
        lost, twice = load.ledger.faults(records)
        # A PUT or DELETE is sent again where nobody answered, and means the same.
        doubled = [name for name in twice if not name.startswith(IDEMPOTENT)]
        expected = replay_check.from_nothing(settings, records, rng)
        differ = replay_check.recalled_otherwise(settings, log, expected)
    for replica in running.replicas:
        found = asyncio.run(replay_check.answered_otherwise(replica.address, expected, rng))
        differ += [f"{replica.name}: {one}" for one in found]
    return SloReport(
        [
            least("minutes", minutes, options.minutes),
            least("faults", len(faults.happened), int(options.minutes * 60 / options.every) // 2),
            least("acknowledged events", load.ledger.events, options.events),
            none("acknowledged and lost", len(lost)),
            none("in the log twice", len(doubled)),
            none("differences from a replay", len(differ)),
            none("replicas that are behind in the end", behind),
            none("answers that were none, or untrue", len(load.faults)),
            none("bundles that a replica did not notice", len(faults.unnoticed)),
        ],
        {
            "faults": faults.happened,
            "answers": dict(sorted(load.answers.items())),
            "records": len(records),
            "starts": {replica.name: replica.starts for replica in running.replicas},
            "lost": lost[:SHOWN],
            "doubled": doubled[:SHOWN],
            "differences": differ[:SHOWN],
            "untrue": load.faults[:SHOWN],
        },
        [*faults.happened, *faults.unnoticed, *lost[:SHOWN], *differ[:SHOWN], *load.faults[:SHOWN]],
    )


async def _endure(
    running: Cluster, load: ClusterLoad, faults: Faults, seconds: float, every: float
) -> None:
    """Load and faults, for so long."""
    working = asyncio.create_task(load.run())
    supervising = asyncio.create_task(_supervise(running))
    until = monotonic() + seconds
    try:
        while monotonic() + every < until and not working.done():
            next_at = monotonic() + every
            await asyncio.to_thread(faults.next)
            await asyncio.sleep(max(next_at - monotonic(), 0))
        await asyncio.sleep(max(until - monotonic(), 0))
    finally:
        load.stopping = True
        await working
        supervising.cancel()


async def _supervise(running: Cluster) -> None:
    """Start what has ended by itself: a replica cannot start while the log is away."""
    while True:
        for replica in running.replicas:
            replica.keep_running()
        await asyncio.sleep(1)


async def _reach(addresses: list[Address], offset: str) -> int:
    """How many replicas do not get to an offset."""
    behind = 0
    for address in addresses:
        async with Connection.open(address) as connection:
            for _ in range(30):
                answer = await connection.get(f"/users?limit=1&after_offset={offset}")
                if answer.status == 200:
                    break
            else:
                behind += 1
    return behind
