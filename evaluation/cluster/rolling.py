"""Replicas behind a proxy are restarted one by one and change their bundle, and nobody notices."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final

from evaluation.cluster.cluster import KEY
from evaluation.cluster.postgres_server import NoPostgresError, PostgresServer, free_port
from evaluation.cluster.proxy import NoProxyError, Proxy
from evaluation.cluster.replica import PATIENCE, Replica
from evaluation.cluster.rolling_load import RollingLoad
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.durability_check import everything
from evaluation.loadtest.reload import copied, pair
from evaluation.loadtest.slo_report import SloReport, least, none, quantiles, spread
from evaluation.loadtest.traffic import Traffic
from ml import bundle
from ml.event_log.open_log import open_log

HERE: Final = "127.0.0.1"
SHOWN: Final = 5  # failures
REST_SECONDS: Final = 1.0  # between two restarts
POLL_SECONDS: Final = 0.2  # between two looks at all replicas
OPTIONS: Final[Options] = {
    "replicas": (3, "how many"),
    "rounds": (3, "how often each is restarted, and the bundle swapped"),
    "clients": (6, "that ask at the same time"),
    "rest": (0.05, "seconds of a client between two things that it does"),
    "other": ("", "the version of a second bundle; trained if left out"),
}


def measure(given: Given) -> SloReport:
    """On a copy of the artifacts, with all of it on this machine.

    Raises:
        ChildProcessError: Postgres, nginx or a replica does not start.
    """
    with (
        TemporaryDirectory(prefix="rolling-", ignore_cleanup_errors=True) as name,
        ExitStack() as stack,
    ):
        folder = Path(name)
        folder.chmod(0o755)
        here = copied(given, folder)
        both = pair(here)
        try:
            database = PostgresServer(folder / "data")
            database.start()
            stack.callback(database.kill)
            environment = here.environment | {
                "FORYOU_LOG": database.url(),
                "FORYOU_API_KEY": KEY,
                "FORYOU_LOG_LEVEL": "warning",
                "FORYOU_IMPRESSIONS": "client",
                "FORYOU_TRUSTED_PROXIES": HERE,
            }
            replicas = [
                Replica(f"r{n}", (HERE, free_port()), environment, folder)
                for n in range(given.options.replicas)
            ]
            for replica in replicas:
                replica.keep_running()
                stack.callback(replica.kill)
            for replica in replicas:
                replica.wait()
            proxy = Proxy(folder / "proxy", [replica.address for replica in replicas])
            stack.callback(proxy.stop)
            proxy.start()
        except (NoPostgresError, NoProxyError) as error:
            raise ChildProcessError(str(error)) from error
        return _measured(here, replicas, proxy, both, database.url())


def _measured(
    given: Given, replicas: Sequence[Replica], proxy: Proxy, both: tuple[str, str], url: str
) -> SloReport:
    options = given.options
    load = RollingLoad(proxy.address, Traffic(given.state(), given.seed, "rolling"), options.rest)
    began = monotonic()
    forced, unnoticed = asyncio.run(_roll(given, load, replicas, both))
    minutes = (monotonic() - began) / 60
    settings = given.settings.model_copy(update={"log": url})
    with closing(open_log(settings.log_location)) as log:
        log.verify()
        lost, twice = load.ledger.faults(everything(log))
    restarts = sum(replica.starts - 1 for replica in replicas)
    millis = quantiles(load.millis)
    return SloReport(
        [
            least("restarts", restarts, options.rounds * len(replicas)),
            none("replicas that did not stop in time", forced),
            none("swaps that a replica did not notice", unnoticed),
            none(f"failed of {load.requests:,} requests", len(load.failed)),
            none("acknowledged and lost", len(lost)),
            none("in the log twice", len(twice)),
        ],
        {
            "minutes": minutes,
            "requests": load.requests,
            "answers": dict(sorted(load.answers.items())),
            "millis": millis,
            "failed": load.failed,
            "proxy": proxy.errors()[-100:],
        },
        [spread("a request through the proxy", millis), *load.failed[:SHOWN]],
    )


async def _roll(
    given: Given, load: RollingLoad, replicas: Sequence[Replica], both: tuple[str, str]
) -> tuple[int, int]:
    """Restart each in turn, several times over, and promote the other bundle while the first of
    them is away: how many stops took too long, and how many swaps somebody missed."""
    working = asyncio.create_task(load.run(given.options.clients))
    forced = unnoticed = 0
    try:
        for n in range(given.options.rounds):
            wanted = both[(n + 1) % 2]
            for replica in replicas:
                await asyncio.sleep(REST_SECONDS)
                forced += not await asyncio.to_thread(replica.stop)
                if replica is replicas[0]:
                    bundle.promote(given.artifacts, wanted)
                replica.keep_running()
                await asyncio.to_thread(replica.wait)
            unnoticed += not await asyncio.to_thread(_all_serve, replicas, wanted)
        await asyncio.sleep(REST_SECONDS)
    finally:
        load.stopping = True
        await working
    return forced, unnoticed


def _all_serve(replicas: Sequence[Replica], wanted: str) -> bool:
    """Whether all of them come to serve a bundle, within PATIENCE."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        states = [replica.ready() for replica in replicas]
        if all(state is not None and state["model_version"] == wanted for state in states):
            return True
        sleep(POLL_SECONDS)
    return False
