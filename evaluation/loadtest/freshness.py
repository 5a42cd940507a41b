"""From the moment an event is sent to the moment somebody can see what came of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from itertools import count
from time import perf_counter
from typing import Final

from evaluation.client import Connection, request
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.open_loop_load import OpenLoopLoad
from evaluation.loadtest.server import Server, serving
from evaluation.loadtest.slo_report import SloReport, least, most, none, quantiles, spread
from evaluation.loadtest.traffic import timelines
from evaluation.loadtest.workers import one_to_each
from evaluation.report.numbers import Json
from ml.progress import Progress, progress
from ml.state.feature_state import FeatureState

ALONE_MILLIS: Final = 250.0
TOGETHER_MILLIS: Final = 1_000.0
WORKERS: Final = 2
TIMEOUT_SECONDS: Final = 3.0  # less than an idle connection is kept for
AUTHORS: Final = 8
TWEETS: Final = 100  # by each: a block is seen by none of them being left
ROUND: Final = 5  # effects per viewer

OPTIONS: Final[Options] = {
    "events": (520, "whose effect is awaited"),
    "rate": (20.0, "timelines per second besides"),
}


def measure(given: Given) -> SloReport:
    """In one worker, then written to one and read from another."""
    state = given.state()
    figures: Json = {}
    refused: list[str] = []
    before: list[str] = []
    for name, workers in (("one worker", 1), ("across two", WORKERS)):
        with serving({**given.environment, "FORYOU_WORKERS": str(workers)}) as server:
            trial = Trial(state, server, given)
            asyncio.run(trial.run(workers, name))
        refused += trial.background.refused
        before += trial.before
        every = [millis for found in trial.millis.values() for millis in found]
        by_kind = {"all": every, **trial.millis, "timelines": trial.background.millis}
        figures[name] = {kind: quantiles(millis) for kind, millis in by_kind.items()}
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
            spread(f"{name}, {kind}", found)
            for name, trial in figures.items()
            for kind, found in trial.items()
        ],
    )


class Trial:
    """New people, of whom each follows, likes, reads something new, blocks, and thinks
    better of it."""

    def __init__(self, state: FeatureState, server: Server, given: Given) -> None:
        self.background = OpenLoopLoad(
            server.address, given.options.rate, timelines(state, given.seed)
        )
        self.millis: dict[str, list[float]] = defaultdict(list)
        self.before: list[str] = []  # effects that were there before their cause
        self._server = server
        self._authors: list[str] = []
        self._liked = state.tweets.ids.ids(state.by_time[-500:])
        self._rounds = -(-given.options.events // ROUND)
        self._ids = count(1)

    async def run(self, workers: int, name: str) -> None:
        connections = await one_to_each(self._server, workers)
        self._authors = await _authors(connections[0])
        with progress(self._rounds * ROUND, name, "effects") as shown:
            async with self.background.running():
                await asyncio.sleep(1)
                for place in range(self._rounds):
                    writing = connections[place % workers]
                    reading = connections[(place + 1) % workers]
                    await self._live(writing, reading, place, shown)
        for connection in connections:
            await connection.close()

    async def _live(
        self, writing: Connection, reading: Connection, place: int, shown: Progress
    ) -> None:
        who, new = f"viewer-{place}", f"new-{place}"
        author = self._authors[place % len(self._authors)]
        liked = self._liked[place % len(self._liked)]
        await writing.send(request("PUT", f"/users/{who}", {"interests": ["jazz"]}))

        async def feed(connection: Connection) -> Json:
            answer = await connection.get(f"/timeline/{who}?product=following&limit=1")
            first: Json = next(iter(answer.ok()["items"]), {"author_id": None, "tweet_id": None})
            return first

        async def by_author() -> bool:
            return bool((await feed(reading))["author_id"] == author)

        async def is_new() -> bool:
            return bool((await feed(reading))["tweet_id"] == new)

        async def is_empty() -> bool:
            return (await feed(reading))["tweet_id"] is None

        async def is_back() -> bool:
            return (await feed(writing))["tweet_id"] is not None

        async def is_liked() -> bool:
            answer = await reading.post("/score", {"user_id": who, "tweet_ids": [liked]})
            return bool(answer.ok()["items"][0]["dropped_by"] == "AlreadySeen")

        def event(action: str, **about: str) -> bytes:
            named = {"event_id": f"effect-{next(self._ids)}", "action": action, "user_id": who}
            return request("POST", "/events", {"events": [{**named, **about}]})

        tweet = request("PUT", f"/tweets/{new}", {"author_id": author, "text": "fresh"})
        # A user who takes something back may meet another process than with what they did.
        for kind, connection, write, seen in (
            ("follow", writing, event("follow", target_user_id=author), by_author),
            ("like", writing, event("like", tweet_id=liked), is_liked),
            ("put tweet", writing, tweet, is_new),
            ("block", writing, event("block", target_user_id=author), is_empty),
            ("unblock", reading, event("unblock", target_user_id=author), is_back),
        ):
            if await seen():
                self.before.append(kind)
            start = perf_counter()
            (await connection.send(write)).ok()
            while not await seen():
                if perf_counter() - start > TIMEOUT_SECONDS:
                    break  # which is how long it took, at least
            self.millis[kind].append((perf_counter() - start) * 1000)
            shown.update()


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
