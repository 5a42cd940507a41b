"""The service is killed in the middle of everything, again and again.

That its processes die is what is tried here; a machine without power would also lose what the
kernel has not written, against which the log asks for every commit to be flushed.

Every second round has two workers. In all rounds bundles are swapped and the retention is applied
all the time. In the first rounds snapshots are written all the time, and are cut short as all else
is. In the next ones people leave. In the last ones people leave and snapshots are written: the log
forgets what the people did who have left, and can no longer be replayed to the same counts. There
it must hold all that the others did and in the end nothing of those who have left, and the service
must answer what a replay of the rest would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, perf_counter, sleep
from typing import Final

import numpy as np

from app.serving.snapshots import Snapshots
from evaluation.loadtest import replay_check
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.durability_check import (
    NOBODY,
    DurabilityCheck,
    everything,
    left,
    remains,
)
from evaluation.loadtest.mixed_load import Load
from evaluation.loadtest.reload import copied, pair
from evaluation.loadtest.server import Server, start
from evaluation.loadtest.slo_report import SloReport, least, none
from evaluation.loadtest.traffic import Traffic
from ml import bundle
from ml.event_log.open_log import open_log
from ml.event_log.port import EventLog
from ml.event_log.record import Record
from ml.progress import progress

SHORTEST, LONGEST = 0.2, 6.0  # seconds until a kill
SNAPSHOTS_SHARE: Final = 0.4  # of the rounds
ERASURES_SHARE: Final = 0.7  # and of those before the log forgets people
RETENTION_EVERY: Final = 200  # records
SWAP_SECONDS: Final = 0.7  # at least, between two promotions
ERASED_SECONDS: Final = 120.0  # in which everybody who has left must be erased
SHOWN: Final = 5  # faults of a kind


OPTIONS: Final[Options] = {
    "rounds": (50, "kills, at least"),
    "events": (50_000, "acknowledged, at least"),
    "every": (5, "replay after so many rounds"),
    "other": ("", "the version of a second bundle; trained if left out"),
}


@dataclass
class Found:
    """What was wrong after the restarts."""

    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    differ: list[str] = field(default_factory=list)
    replays: int = 0
    remaining: list[str] = field(default_factory=list)  # of people who have left
    left: int = 0  # people


def measure(given: Given) -> SloReport:
    """Kill, restart and compare until there was enough of it; on a copy, as bundles are swapped."""
    with TemporaryDirectory() as folder:
        here = copied(given, Path(folder))
        return _measured(here, Path(folder), pair(here))


def _measured(given: Given, folder: Path, bundles: tuple[str, str]) -> SloReport:
    options, rng = given.options, np.random.default_rng(given.seed)
    ledger, found, swaps = DurabilityCheck(), Found(), Swaps(given.artifacts, bundles)
    load = Load(Traffic(given.state(), given.seed, "crash"), ledger)
    kills, starting, forgetting = 0, [], False
    with progress(options.rounds, "crash", "kills") as shown:
        while kills < options.rounds or ledger.events < options.events:
            load.erasing = kills >= options.rounds * SNAPSHOTS_SHARE
            if not forgetting and kills >= options.rounds * ERASURES_SHARE:
                forgetting = True
                _check_alone(given, folder, ledger, found)
            clock = perf_counter()
            often = _environment(given, forgetting or not load.erasing, workers=1 + kills % 2)
            server = start(folder, often)
            starting.append(perf_counter() - clock)
            try:
                replay = kills % options.every == 1 and not forgetting
                _check(given, server, ledger, found, replay, forgetting)
                seconds = rng.uniform(SHORTEST, LONGEST)
                asyncio.run(_until_killed(server, load, swaps, seconds))
            finally:
                server.kill()
            kills += 1
            shown.update()
            shown.set_postfix_str(f"{ledger.events:,} acknowledged")
        server = start(folder, _environment(given, often=True, workers=1))
        try:
            asyncio.run(load.settle(server.address))
            found.remaining = _erased(server)
            snapshot = bundle.current(Snapshots.of(server.log).folder)
        finally:
            server.stop()
        _check_alone(given, folder, ledger, found, forgetting=True)
    lost, doubled = sorted(found.lost), sorted(found.doubled)
    return SloReport(
        [
            least("kills", kills, options.rounds),
            least("acknowledged events", ledger.events, options.events),
            none("acknowledged and lost", len(lost)),
            none("in the log twice", len(doubled)),
            none(f"differences from a replay, {found.replays} times", len(found.differ)),
            none("records of people who have left", len(found.remaining)),
            none("answers that were none", len(load.faults)),
        ],
        {
            "kills": kills,
            "with_two_workers": kills // 2,
            "promotions": swaps.made,
            "people_who_left": found.left,
            "acknowledged_events": ledger.events,
            "acknowledged": len(ledger.acknowledged),
            "pages": load.pages,
            "replays": found.replays,
            "snapshot_offset": int(snapshot or 0),  # a start need not read the log up to there
            "start_seconds": {"first": starting[0], "last": starting[-1]},
            "lost": lost[:SHOWN],
            "doubled": doubled[:SHOWN],
            "differences": found.differ[:SHOWN],
            "remaining": found.remaining[:SHOWN],
            "faults": load.faults[:SHOWN],
        },
        [*lost[:SHOWN], *found.differ[:SHOWN], *found.remaining[:SHOWN], *load.faults[:SHOWN]],
    )


@dataclass
class Swaps:
    """Promotes one of two bundles and the other in turn."""

    artifacts: Path
    bundles: tuple[str, str]
    made: int = 0

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(SWAP_SECONDS * (1 + self.made % 3))
            self.made += 1
            bundle.promote(self.artifacts, self.bundles[self.made % 2])


def _environment(given: Given, often: bool, workers: int) -> dict[str, str]:
    return given.environment | {
        "FORYOU_SNAPSHOT_MINUTES": "0.01" if often else "1000",
        "FORYOU_IMPRESSIONS": "client",
        "FORYOU_WORKERS": str(workers),
        "FORYOU_RETENTION_EVERY": str(RETENTION_EVERY),
    }


async def _until_killed(server: Server, load: Load, swaps: Swaps, seconds: float) -> None:
    working, swapping = (
        asyncio.create_task(load.run(server.address)),
        asyncio.create_task(swaps.run()),
    )
    await asyncio.sleep(seconds)
    server.kill()
    swapping.cancel()
    with suppress(asyncio.CancelledError):
        await swapping
    await working


def _erased(server: Server) -> list[str]:
    """What the log still holds of people who have left, as soon as it is no more or too late."""
    until = monotonic() + ERASED_SECONDS
    with closing(open_log(server.log)) as log:
        while (found := remains(everything(log))) and monotonic() < until:
            sleep(1)
    return found


def _check_alone(
    given: Given, folder: Path, ledger: DurabilityCheck, found: Found, forgetting: bool = False
) -> None:
    """Compare with a replay while nobody writes and no snapshot is written."""
    server = start(folder, _environment(given, often=False, workers=1))
    try:
        _check(given, server, ledger, found, replay=True, forgetting=forgetting)
    finally:
        server.stop()


def _check(
    given: Given,
    server: Server,
    ledger: DurabilityCheck,
    found: Found,
    replay: bool,
    forgetting: bool,
) -> None:
    """Read the log directly, beside the service that has just been started on it."""
    with closing(open_log(server.log)) as log:
        records = everything(log)
        gone = left(records)
        lost, doubled = ledger.faults(records, gone if forgetting else NOBODY)
        found.left = len(gone)
        found.lost.update(lost)
        found.doubled.update(doubled)
        if replay:
            found.differ += _differences(given, server, log, records, forgetting)
            found.replays += 1


def _differences(
    given: Given, server: Server, log: EventLog, records: Sequence[Record], forgetting: bool
) -> list[str]:
    """Where the log has forgotten people, the counts that they added to are left out, and with
    them all that is not asked for over HTTP."""
    rng = np.random.default_rng(len(records))
    settings = given.settings.model_copy(update={"log": server.log})
    expected = replay_check.from_nothing(settings, records, rng)
    recalled = [] if forgetting else replay_check.recalled_otherwise(settings, log, expected)
    return recalled + asyncio.run(replay_check.answered_otherwise(server.address, expected, rng))
