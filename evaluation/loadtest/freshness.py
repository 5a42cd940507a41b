"""From the moment an event is sent to the moment somebody can see what came of it."""

from __future__ import annotations

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from tqdm import tqdm

from evaluation.client import Connection, request
from evaluation.loadtest.command import Given
from evaluation.loadtest.open_loop_load import OpenLoopLoad
from evaluation.loadtest.server import Server, serving
from evaluation.loadtest.slo_report import SloReport, least, most, none, quantiles
from evaluation.loadtest.traffic import timelines
from evaluation.loadtest.workers import one_to_each
from evaluation.report.numbers import Json
from ml.state.feature_state import FeatureState

ALONE_MILLIS: Final = 250.0
TOGETHER_MILLIS: Final = 1_000.0
WORKERS: Final = 2
TIMEOUT_SECONDS: Final = 3.0  # less than an idle connection is kept for
AUTHORS: Final = 8
TWEETS: Final = 100  # by each: a block is seen by none of them being left
ROUND: Final = 5  # effects per viewer
Seen = Callable[[], Awaitable[bool]]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=520, help="whose effect is awaited")
    parser.add_argument("--rate", type=float, default=20, help="timelines per second besides")


def measure(given: Given) -> SloReport:
    """In one worker, then written to one and read from another."""
    state = given.state()
    figures: Json = {}
    refused: list[str] = []
    before: list[str] = []
    for name, workers in (("one worker", 1), ("across two", WORKERS)):
        environment = {**given.environment, "FORYOU_WORKERS": str(workers)}
        with TemporaryDirectory() as folder, serving(Path(folder), environment) as server:
            trial = Trial(state, server, given, name)
            asyncio.run(trial.run(workers))
        refused += trial.background.refused
        before += trial.before
        every = [millis for found in trial.millis.values() for millis in found]
        figures[name] = {
            "all": quantiles(every),
            **{kind: quantiles(millis) for kind, millis in trial.millis.items()},
            "timelines": quantiles(trial.background.millis),
        }
    alone, together = figures["one worker"]["all"], figures["across two"]["all"]
    return SloReport(
        [
            least("events per trial", min(alone["count"], together["count"]), 500),
            most("event to effect in one worker, p99", alone["p99"], ALONE_MILLIS, " ms"),
            most("across two workers, p99", together["p99"], TOGETHER_MILLIS, " ms"),
            none("effects before their cause", len(before)),
            none("timelines that failed", len(refused)),
        ],
        figures | {"refused": refused[:5]},
        [
            f"  {name}, {kind}: p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms"
            for name, trial in figures.items()
            for kind, found in trial.items()
        ],
    )


class Trial:
    """New people, of whom each follows, likes, reads something new, blocks, and thinks
    better of it."""

    def __init__(self, state: FeatureState, server: Server, given: Given, name: str) -> None:
        self.background = OpenLoopLoad(
            server.address, given.options.rate, timelines(state, given.seed)
        )
        self.millis: dict[str, list[float]] = defaultdict(list)
        self._server = server
        self._authors: list[str] = []
        self.before: list[str] = []  # effects that were there before their cause
        self._liked = state.tweets.ids.ids(state.by_time[-500:])
        self._rounds = -(-given.options.events // ROUND)
        self._bar = tqdm(total=self._rounds * ROUND, desc=name, disable=given.quiet, leave=False)
        self._sent = 0

    async def run(self, workers: int) -> None:
        connections = await one_to_each(self._server, workers)
        self._authors = await _authors(connections[0])
        async with self.background.running():
            await asyncio.sleep(1)
            for place in range(self._rounds):
                writing = connections[place % workers]
                reading = connections[(place + 1) % workers]
                await self._live(writing, reading, f"viewer-{place}", place)
        for connection in connections:
            await connection.close()
        self._bar.close()

    async def _live(self, writing: Connection, reading: Connection, who: str, place: int) -> None:
        author = self._authors[place % len(self._authors)]
        liked, new = self._liked[place % len(self._liked)], f"new-{place}"
        feed = f"/timeline/{who}?product=following&limit=1"
        await writing.send(request("PUT", f"/users/{who}", {"interests": ["jazz"]}))

        async def by_author() -> bool:
            items = (await reading.get(feed)).ok()["items"]
            return any(item["author_id"] == author for item in items)

        async def back_again() -> bool:
            return bool((await writing.get(feed)).ok()["items"])

        async def new_is_there() -> bool:
            items = (await reading.get(feed)).ok()["items"]
            return any(item["tweet_id"] == new for item in items)

        async def like_is_known() -> bool:
            answer = await reading.post("/score", {"user_id": who, "tweet_ids": [liked]})
            return bool(answer.ok()["items"][0]["dropped_by"] == "AlreadySeen")

        async def nobody_there() -> bool:
            return not (await reading.get(feed)).ok()["items"]

        follow = self._event("follow", who, target_user_id=author)
        await self._until("follow", writing, follow, by_author)
        await self._until("like", writing, self._event("like", who, tweet_id=liked), like_is_known)
        tweet = request("PUT", f"/tweets/{new}", {"author_id": author, "text": "fresh"})
        await self._until("put tweet", writing, tweet, new_is_there)
        block = self._event("block", who, target_user_id=author)
        await self._until("block", writing, block, nobody_there)
        # A user who takes something back may meet another process than with what they did.
        unblock = self._event("unblock", who, target_user_id=author)
        await self._until("unblock", reading, unblock, back_again)

    async def _until(self, kind: str, writing: Connection, write: bytes, seen: Seen) -> None:
        if await seen():
            self.before.append(kind)
        start = perf_counter()
        (await writing.send(write)).ok()
        while not await seen():
            if perf_counter() - start > TIMEOUT_SECONDS:
                break  # which is how long it took, at least
        self.millis[kind].append((perf_counter() - start) * 1000)
        self._bar.update()

    def _event(self, action: str, who: str, **about: Any) -> bytes:
        self._sent += 1
        event = {"event_id": f"effect-{self._sent}", "action": action, "user_id": who, **about}
        return request("POST", "/events", {"events": [event]})


async def _authors(connection: Connection) -> list[str]:
    """New people with so much to say that nobody comes to the end of it."""
    names = [f"author-{n}" for n in range(AUTHORS)]
    for name in names:
        tweets = [
            {"tweet_id": f"{name}-{n}", "author_id": name, "text": f"number {n}"}
            for n in range(TWEETS)
        ]
        written = (await connection.post("/tweets", {"tweets": tweets})).ok()
    (await connection.get(f"/users?limit=1&after_offset={written['offset']}")).ok()
    return names
