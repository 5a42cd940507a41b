"""The service is killed in the middle of everything, again and again.

That its processes die is what is tried here; a machine without power would also lose what the
kernel has not written, against which the log asks for every commit to be flushed.

In the first rounds snapshots are written all the time, and are cut short as all else is. In the
last ones people leave: after the next snapshot the log would forget what they did, and could no
longer be replayed to the same counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import numpy as np

from app.serving.snapshots import Snapshots
from evaluation.loadtest import replay_check
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.durability_check import DurabilityCheck, everything
from evaluation.loadtest.mixed_load import Load
from evaluation.loadtest.server import Server, start
from evaluation.loadtest.slo_report import SloReport, least, none
from evaluation.loadtest.traffic import Traffic
from ml import bundle
from ml.event_log.open_log import open_log
from ml.event_log.port import EventLog
from ml.event_log.record import Record
from ml.progress import progress

SHORTEST, LONGEST = 0.2, 6.0  # seconds until a kill
SNAPSHOTS_SHARE: Final = 0.6  # of the rounds
SHOWN: Final = 5  # faults of a kind


OPTIONS: Final[Options] = {
    "rounds": (25, "kills, at least"),
    "events": (50_000, "acknowledged, at least"),
    "every": (5, "replay after so many rounds"),
}


@dataclass
class Found:
    """What was wrong after the restarts."""

    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    differ: list[str] = field(default_factory=list)
    replays: int = 0


def measure(given: Given) -> SloReport:
    """Kill, restart and compare until there was enough of it."""
    options, rng = given.options, np.random.default_rng(given.seed)
    ledger, found = DurabilityCheck(), Found()
    load = Load(Traffic(given.state(), given.seed, "crash"), ledger)
    kills, starting = 0, []
    with TemporaryDirectory() as folder, progress(options.rounds, "crash", "kills") as shown:
        while kills < options.rounds or ledger.events < options.events:
            clock = perf_counter()
            load.erasing = kills >= options.rounds * SNAPSHOTS_SHARE
            server = start(Path(folder), given.environment | _snapshots(not load.erasing))
            starting.append(perf_counter() - clock)
            try:
                _check(given, server, ledger, found, kills % options.every == 1)
                asyncio.run(_until_killed(server, load, rng.uniform(SHORTEST, LONGEST)))
            finally:
                server.kill()
            kills += 1
            shown.update()
            shown.set_postfix_str(f"{ledger.events:,} acknowledged")
        server = start(Path(folder), given.environment | _snapshots(False))
        try:
            asyncio.run(load.settle(server.address))
            _check(given, server, ledger, found, replay=True)
            snapshot = bundle.current(Snapshots.of(server.log).folder)
        finally:
            server.stop()
    lost, doubled = sorted(found.lost), sorted(found.doubled)
    return SloReport(
        [
            least("kills", kills, options.rounds),
            least("acknowledged events", ledger.events, options.events),
            none("acknowledged and lost", len(lost)),
            none("in the log twice", len(doubled)),
            none(f"differences from a replay, {found.replays} times", len(found.differ)),
            none("answers that were none", len(load.faults)),
        ],
        {
            "kills": kills,
            "acknowledged_events": ledger.events,
            "acknowledged": len(ledger.acknowledged),
            "pages": load.pages,
            "replays": found.replays,
            "snapshot_offset": int(snapshot or 0),  # a start need not read the log up to there
            "start_seconds": {"first": starting[0], "last": starting[-1]},
            "lost": lost[:SHOWN],
            "doubled": doubled[:SHOWN],
            "differences": found.differ[:SHOWN],
            "faults": load.faults[:SHOWN],
        },
        [*lost[:SHOWN], *found.differ[:SHOWN], *load.faults[:SHOWN]],
    )


def _snapshots(often: bool) -> dict[str, str]:
    return {"FORYOU_SNAPSHOT_MINUTES": "0.01" if often else "1000"}


async def _until_killed(server: Server, load: Load, seconds: float) -> None:
    working = asyncio.create_task(load.run(server.address))
    await asyncio.sleep(seconds)
    server.kill()
    await working


def _check(
    given: Given, server: Server, ledger: DurabilityCheck, found: Found, replay: bool
) -> None:
    """Read the log directly, beside the service that has just been started on it."""
    with closing(open_log(server.log)) as log:
        records = everything(log)
        lost, doubled = ledger.faults(records)
        found.lost.update(lost)
        found.doubled.update(doubled)
        if replay:
            found.differ += _differences(given, server, log, records)
            found.replays += 1


def _differences(
    given: Given, server: Server, log: EventLog, records: Sequence[Record]
) -> list[str]:
    rng = np.random.default_rng(len(records))
    settings = given.settings.model_copy(update={"log": server.log})
    expected = replay_check.from_nothing(settings, records, rng)
    recalled = replay_check.recalled_otherwise(settings, log, expected)
    return recalled + asyncio.run(replay_check.answered_otherwise(server.address, expected, rng))
