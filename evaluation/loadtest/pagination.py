"""Two people scroll on and on while the world goes on as well."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
from tqdm import tqdm

from app.pipeline.batch import CandidateBatch
from app.pipeline.product import ProductPipeline
from app.serving.engine import Engine, build_engine
from evaluation.client import Address, Connection, request
from evaluation.loadtest.command import Given
from evaluation.loadtest.server import serving
from evaluation.loadtest.slo_report import SloReport, least, none
from evaluation.loadtest.traffic import Body, Traffic
from ml.event_log import bodies
from ml.event_log.open_log import open_log
from ml.event_log.port import EventLog
from ml.state.feature_state import FeatureState

READERS: Final = 2
PER_PAGE: Final = 10
BATCH: Final = 100
DELETED: Final = 2  # after every page, of what is still to come for a reader
BLOCKED: Final = 3  # authors that a reader blocks while they scroll, or who block them


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--events", type=int, default=10_000, help="that arrive meanwhile")


@dataclass
class Reader:
    """What one person was shown, and what was taken from them while they scrolled."""

    name: str
    pages: list[list[str]] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)  # the order of the feed, as it was put by
    gone: dict[str, int] = field(default_factory=dict)  # tweet: the pages that were shown before
    wrong: list[str] = field(default_factory=list)

    @property
    def shown(self) -> list[str]:
        return [tweet for page in self.pages for tweet in page]

    def judge(self) -> tuple[int, int, int, int]:
        """How many were shown twice, out of order, although gone; and how many are missing."""
        shown, place = self.shown, {tweet: at for at, tweet in enumerate(self.stored)}
        twice = len(shown) - len(set(shown))
        places = [place.get(tweet, -1) for tweet in shown]
        disordered = sum(a >= b for a, b in zip([-1, *places[:-1]], places, strict=True))
        back = sum(
            page >= self.gone.get(tweet, len(self.pages))
            for page, tweets in enumerate(self.pages)
            for tweet in tweets
        )
        passed = set(self.stored[: max(places, default=-1)]) - set(shown)
        return twice, disordered, back, len(passed - self.gone.keys())


def measure(given: Given) -> SloReport:
    """Page by page, with a share of the events after each."""
    state = given.state()
    traffic = Traffic(state, given.seed, "scroll")
    engine = build_engine(given.settings)
    with TemporaryDirectory() as folder, serving(Path(folder), given.environment) as server:
        scrolling = Scrolling(engine, traffic, _readers(state), given)
        asyncio.run(scrolling.run(server.address, server.log))
    judged = np.array([reader.judge() for reader in scrolling.readers])
    twice, disordered, back, missing = judged.sum(axis=0).tolist()
    wrong = [fault for reader in scrolling.readers for fault in reader.wrong]
    pages = min(len(reader.pages) for reader in scrolling.readers)
    fewest = min(len(reader.shown) for reader in scrolling.readers)
    gone = sum(len(reader.gone) for reader in scrolling.readers)
    return SloReport(
        [
            least("pages each", pages, given.options.pages),
            least("tweets each", fewest, given.options.pages * PER_PAGE),
            least("events meanwhile", scrolling.sent, given.options.events),
            none("tweets shown twice", twice),
            none("out of the stored order", disordered),
            none("shown although deleted or blocked", back),
            none("missing, neither deleted nor blocked", missing),
            none("errors", len(wrong)),
        ],
        {
            "readers": {
                reader.name: {"shown": len(reader.shown), "stored": len(reader.stored)}
                for reader in scrolling.readers
            },
            "deleted_or_blocked": gone,
            "events": scrolling.sent,
            "errors": wrong[:5],
        },
        [
            f"  {gone} tweets were deleted, or their authors blocked, before they could be shown",
            *wrong[:5],
        ],
    )


class Scrolling:
    """The readers take turns with everybody else."""

    def __init__(
        self, engine: Engine, traffic: Traffic, names: Sequence[str], given: Given
    ) -> None:
        self.readers = [Reader(name) for name in names]
        self.sent = 0
        self._engine, self._traffic = engine, traffic
        self._pages, self._quiet = given.options.pages, given.quiet
        self._each = -(-given.options.events // given.options.pages)

    async def run(self, address: Address, path: Path) -> None:
        reading, writing = [await Connection.to(address) for _ in range(2)]
        suffix = dict.fromkeys(self.readers_by_name, "")
        with closing(open_log(path)) as log:
            for page in tqdm(range(self._pages), desc="pages", disable=self._quiet, leave=False):
                pouring = asyncio.create_task(self._pour(writing))
                for reader in self.readers:
                    answer = await reading.get(
                        f"/timeline/{reader.name}?limit={PER_PAGE}{suffix[reader.name]}"
                    )
                    if answer.status != 200:
                        reader.wrong.append(f"{answer.status}: {answer.body[:300]!r}")
                        continue
                    timeline = answer.json
                    reader.pages.append([item["tweet_id"] for item in timeline["items"]])
                    suffix[reader.name] = f"&cursor={timeline['next_cursor']}"
                    if page == 0:
                        reader.stored = await self._stored(log, timeline)
                await pouring
                await self._interfere(writing)
        for connection in (reading, writing):
            await connection.close()

    @property
    def readers_by_name(self) -> dict[str, Reader]:
        return {reader.name: reader for reader in self.readers}

    async def _pour(self, connection: Connection) -> None:
        """Events of everybody, and new tweets."""
        left = self._each
        while left > 0:
            count = min(BATCH, left)
            tweets = [self._traffic.tweet() for _ in range(count // 10)]
            events = [self._harmless(event) for event in self._traffic.events(count - len(tweets))]
            for path, body in (("/tweets", {"tweets": tweets}), ("/events", {"events": events})):
                if answer := tweets and await connection.post(path, body):
                    answer.ok()
            self._traffic.written.extend(tweet["tweet_id"] for tweet in tweets)
            self.sent += count
            left -= count

    def _harmless(self, event: Body) -> Body:
        """Nobody but the script below blocks a reader, or is blocked by one."""
        if event["action"] == "block" and {event["user_id"], event["target_user_id"]} & set(
            self.readers_by_name
        ):
            event["action"] = "follow"
        return event

    async def _interfere(self, connection: Connection) -> None:
        """Delete some of what is still to come, and block an author of it now and then."""
        for which, reader in enumerate(self.readers):
            known = set(reader.shown)
            to_come = [tweet for tweet in reader.stored if tweet not in known | reader.gone.keys()]
            page = len(reader.pages)
            offset = 0
            for tweet in to_come[5 : 5 + DELETED]:
                answer = await connection.send(request("DELETE", f"/tweets/{tweet}"))
                offset = answer.ok()["offset"]
                self._gone(tweet)
            if to_come and page % (self._pages // BLOCKED) == 1:
                author = self._author(to_come[len(to_come) // 2])
                pair = (reader.name, author) if which % 2 else (author, reader.name)
                body = {"event_id": f"block-{reader.name}-{page}", "action": "block"}
                body |= {"user_id": pair[0], "target_user_id": pair[1]}
                offset = (await connection.post("/events", {"events": [body]})).ok()["offset"]
                for tweet in to_come:
                    if self._author(tweet) == author:
                        reader.gone.setdefault(tweet, page)
            (await connection.get(f"/users?limit=1&after_offset={offset}")).ok()

    def _gone(self, tweet: str) -> None:
        for reader in self.readers:
            if tweet in reader.stored and tweet not in reader.shown:
                reader.gone.setdefault(tweet, len(reader.pages))

    def _author(self, tweet: str) -> str:
        state = self._engine.state
        row = state.tweets.ids.row(tweet)
        return "" if row is None else state.users.ids.id(int(state.tweets.author[row]))

    async def _stored(self, log: EventLog, timeline: dict[str, Any]) -> list[str]:
        """The pool that the log keeps for a first page, in the order in which it is shown."""
        for _ in range(100):
            for record in log.read(max(log.end - 5_000, 0), 5_000):
                body = bodies.read(record.entry)
                if isinstance(body, bodies.Served) and body.request_id == timeline["request_id"]:
                    return self._order(body)
            await asyncio.sleep(0.02)
        raise ChildProcessError("the log does not say what was served")

    def _order(self, body: bodies.Served) -> list[str]:
        ids = [row.tweet_id for row in body.pool]
        marks = np.array([row.sources for row in body.pool], np.uint32)
        place = np.arange(len(ids), dtype=np.int32)
        pool = CandidateBatch(place, place, marks).with_columns(
            {"score": np.arange(len(ids), 0, -1, dtype=np.float32)}
        )
        product = _named(self._engine.products["for_you"], body.served_by)
        query = self._engine.hydrate.query(body.user_id, len(ids))
        order = product.mixer.selector.select(query, pool, product.mixer.candidates)
        return [ids[at] for at in order.tolist()]


def _named(product: ProductPipeline, name: str) -> ProductPipeline:
    if product.name == name or product.otherwise is None:
        return product
    return _named(product.otherwise, name)


def _readers(state: FeatureState) -> list[str]:
    """Who follows most has most to scroll through."""
    everybody = np.arange(len(state.users), dtype=np.int32)
    _, follower = state.graph.followees(everybody)
    following = np.bincount(follower, minlength=len(everybody))
    return state.users.ids.ids(np.argsort(-following)[:READERS].astype(np.int32))
