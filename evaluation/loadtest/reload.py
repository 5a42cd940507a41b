"""Bundles are swapped while people read, and every answer is of the bundle it names."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch
from app.serving.engine import Engine, build_engine
from evaluation.client import Address, Answer, Connection, request
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.open_loop_load import OpenLoopLoad
from evaluation.loadtest.server import serving
from evaluation.loadtest.slo_report import SloReport, least, most, none, quantiles
from evaluation.report.numbers import Json
from evaluation.watch import Watch
from ml import bundle
from ml.errors import BundleError
from ml.progress import tracked
from ml.training import train
from ml.training.options import TrainingOptions

TOLERANCE: Final = 1e-5
REST_SECONDS: Final = 1.0  # between two swaps
NOTICED_SECONDS: Final = 30.0  # in which a promotion must be
LATER_PAGES: Final = 0.3  # the share of requests

OPTIONS: Final[Options] = {
    "swaps": (10, "how often"),
    "rate": (50.0, "requests per second"),
    "other": ("", "the version of a second bundle; trained if left out"),
}


def measure(given: Given) -> SloReport:
    """On a copy: bundles come and go there."""
    with TemporaryDirectory() as folder:
        here = copied(given, Path(folder))
        both = pair(here)
        with serving({**here.environment, "FORYOU_IMPRESSIONS": "client"}) as server:
            people = here.state().users.ids.all_ids().to_list()
            reading = Reading(server.address, given.options.rate, people, given.seed)
            swaps, failed = asyncio.run(_run(server.address, reading, here, both))
        differ = [_difference(here, version, reading.timelines[version]) for version in both]
    named = {version: len(reading.timelines[version]) for version in both}
    requests, faults = quantiles(reading.millis), [*failed, *reading.refused][:5]
    return SloReport(
        [
            least("swaps", swaps.total(), given.options.swaps),
            none("swaps that failed", len(failed)),
            none("requests that failed", len(reading.refused)),
            least("answers of each bundle", min(named.values()), 1),
            most("scores differ from those of the bundle named by", max(differ), TOLERANCE),
        ],
        {
            "requests": requests,
            "answers": named,
            "later_pages": reading.later,
            "difference": dict(zip(both, differ, strict=True)),
            "swaps": swaps,
            "refused": faults,
        },
        [
            *(f"  {version}: {count} answers" for version, count in named.items()),
            f"  p99 of all requests: {requests['p99']:.1f} ms",
            *faults,
        ],
    )


class Reading(OpenLoopLoad):
    """First pages, and where they lead; all scores in answers are kept."""

    def __init__(self, address: Address, rate: float, people: list[str], seed: int) -> None:
        super().__init__(address, rate, self._asked(people, random.Random(seed)))
        self.timelines: dict[str, list[Json]] = defaultdict(list)  # by bundle
        self.later = 0
        self._cursors: list[str] = []

    def heard(self, answer: Answer) -> None:
        timeline = answer.json
        self.timelines[timeline["model_version"]].append(timeline)
        if timeline["next_cursor"] is not None:
            self._cursors.append(
                f"/timeline/{timeline['user_id']}?cursor={timeline['next_cursor']}"
            )

    def _asked(self, people: list[str], chance: random.Random) -> Iterator[bytes]:
        while True:
            if self._cursors and chance.random() < LATER_PAGES:
                self.later += 1
                yield request("GET", self._cursors.pop(chance.randrange(len(self._cursors))))
            else:
                yield request("GET", f"/timeline/{chance.choice(people)}")


async def _run(
    address: Address, reading: Reading, given: Given, pair: tuple[str, str]
) -> tuple[Counter[str], list[str]]:
    """Swap by the watcher, by /admin/reload, and by /admin/rollback, in turn: the swaps that
    succeeded, by the way, and what was wrong."""
    swaps: Counter[str] = Counter()
    failed: list[str] = []
    async with reading.running(), Connection.open(address) as connection:
        await asyncio.sleep(REST_SECONDS)
        for swap in tracked(range(given.options.swaps), "reload", "swaps"):
            wanted = pair[(swap + 1) % 2]
            way = ("watcher", "reload", "rollback")[swap % 3]
            if way != "rollback":
                bundle.promote(given.artifacts, wanted)
            if way != "watcher":
                answer = await connection.post(f"/admin/{way}", {})
                if answer.status != 200 or answer.json["model_version"] != wanted:
                    failed.append(f"{way}: {answer.status} {answer.body[:200]!r}")
            if await _serves(connection, wanted):
                swaps[way] += 1
            else:
                failed.append(f"{way}: {wanted} is not served")
            await asyncio.sleep(REST_SECONDS)
    return swaps, failed


async def _serves(connection: Connection, wanted: str) -> bool:
    until = time.monotonic() + NOTICED_SECONDS
    while time.monotonic() < until:
        if (await connection.get("/readyz")).ok()["model_version"] == wanted:
            return True
        await asyncio.sleep(0.05)
    return False


def copied(given: Given, folder: Path) -> Given:
    """The same on a copy of the artifacts in a folder."""
    artifacts = folder / "artifacts"
    skipped = shutil.ignore_patterns("*.db*", "data", "report")
    shutil.copytree(given.artifacts, artifacts, ignore=skipped)
    return replace(given, artifacts=artifacts)


def pair(given: Given) -> tuple[str, str]:
    """The current bundle, and one that was trained with another seed, unless one is named.

    Raises:
        BundleError: there is none, or nothing to train another on.
    """
    current = bundle.current(given.artifacts)
    if current is None:
        raise BundleError(f"{given.artifacts} holds no bundle; run foryou train")
    other = given.options.other or _another(given)
    bundle.load(given.artifacts, other)
    bundle.promote(given.artifacts, other)
    bundle.promote(given.artifacts, current)
    return current, other


def _another(given: Given) -> str:
    """Train on the same tables with another seed."""
    source = given.settings.data_dir
    if source is None:
        if bundle.state_fingerprint(given.artifacts) is None:
            raise BundleError(f"{given.artifacts / 'state'} names no state; run foryou train")
        source = bundle.state_source(given.artifacts)
    if source is None:
        raise BundleError(
            f"{given.artifacts} was trained on another machine; name a second bundle of it by "
            f"--other, or a copy of its tables by FORYOU_DATA_DIR"
        )
    return train.train(source, given.artifacts, TrainingOptions(seed=given.seed + 1))


def _difference(given: Given, version: str, timelines: Sequence[Json]) -> float:
    """By how much a bundle, asked here at the moment of each of its answers, would have scored
    otherwise than it did; NaN where it gave none."""
    bundle.promote(given.artifacts, version)
    watch = Watch(4e9)  # later than any data
    engine = build_engine(given.settings, wall=watch)
    shift = engine.clock.shift()
    found = []
    for timeline in timelines:
        watch.at = int(datetime.fromisoformat(timeline["as_of"]).timestamp()) - shift
        found.append(_differs(engine, timeline))
    return max(found, default=float("nan"))


def _differs(engine: Engine, timeline: Json) -> float:
    if not timeline["items"]:
        return 0.0
    tweets = engine.state.tweets
    row = np.array([tweets.ids.row(item["tweet_id"]) for item in timeline["items"]], np.int32)
    query = engine.hydrate.query(timeline["user_id"], len(row))
    scored = engine.products["for_you"].score(query, CandidateBatch.of(row, tweets.author[row]))
    answered = np.array([item["base_score"] for item in timeline["items"]])
    return float(np.abs(scored.batch["base_score"] - answered).max())
