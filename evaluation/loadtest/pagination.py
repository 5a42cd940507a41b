"""Two people scroll on and on while the world goes on as well."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from app.serving.engine import Engine, build_engine
from evaluation.client import Address, Connection, request
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.server import serving
from evaluation.loadtest.slo_report import SloReport, least, none
from evaluation.loadtest.traffic import Body, Traffic
from evaluation.report.numbers import Json
from ml.event_log import bodies
from ml.event_log.open_log import open_log
from ml.event_log.port import EventLog
from ml.progress import tracked
from ml.state.feature_state import FeatureState

READERS: Final = 2
PER_PAGE: Final = 10
BATCH: Final = 100
DELETED: Final = 2  # after every page, of what is still to come for a reader
BLOCKED: Final = 3  # authors that a reader blocks while they scroll, or who block them


OPTIONS: Final[Options] = {
    "pages": (20, "that each reads"),
    "events": (10_000, "that arrive meanwhile"),
}


@dataclass
class Reader:
    """What one person was shown, and what was taken from them while they scrolled."""

    name: str
    pages: list[list[str]] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)  # the order of the feed, as it was put by
    gone: dict[str, int] = field(default_factory=dict)  # tweet: the pages that were shown before
    wrong: list[str] = field(default_factory=list)
    cursor: str = ""  # of the next page, as a part of its path

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
    scrolling = Scrolling(build_engine(given.settings), state, given)
    with serving(given.environment) as server:
        asyncio.run(scrolling.run(server.address, server.log))
    readers, wanted = scrolling.readers, given.options.pages
    judged = np.array([reader.judge() for reader in readers])
    twice, disordered, back, missing = judged.sum(axis=0).tolist()
    wrong = [fault for reader in readers for fault in reader.wrong]
    gone = sum(len(reader.gone) for reader in readers)
    return SloReport(
        [
            least("pages each", min(len(reader.pages) for reader in readers), wanted),
            least("tweets each", min(len(reader.shown) for reader in readers), wanted * PER_PAGE),
            least("events meanwhile", scrolling.sent, given.options.events),
            none("tweets shown twice", twice),
            none("out of the stored order", disordered),
            none("shown although deleted or blocked", back),
            none("missing, neither deleted nor blocked, nor a reply to what is", missing),
            none("errors", len(wrong)),
        ],
        {
            "readers": {
                reader.name: {"shown": len(reader.shown), "stored": len(reader.stored)}
                for reader in readers
            },
            "deleted_or_blocked": gone,
            "events": scrolling.sent,
            "errors": wrong[:5],
        },
        [
            f"  {gone} tweets, or those that they answer, were deleted, or their authors blocked, "
            "before they could be shown",
            *wrong[:5],
        ],
    )


class Scrolling:
    """The readers take turns with everybody else."""

    def __init__(self, engine: Engine, state: FeatureState, given: Given) -> None:
        self.readers = [Reader(name) for name in _readers(state)]
        self.sent = 0
        self._engine, self._traffic = engine, Traffic(state, given.seed, "scroll")
        self._written: dict[str, Body] = {}  # the new tweets by their ids
        self._pages = given.options.pages
        self._each = -(-given.options.events // self._pages)

    async def run(self, address: Address, path: Path) -> None:
        async with Connection.open(address) as reading, Connection.open(address) as writing:
            with closing(open_log(path)) as log:
                for _ in tracked(range(self._pages), "pagination", "pages"):
                    pouring = asyncio.create_task(self._pour(writing))
                    for reader in self.readers:
                        await self._turn(reading, reader, log)
                    await pouring
                    await self._interfere(writing)

    async def _turn(self, connection: Connection, reader: Reader, log: EventLog) -> None:
        """A reader looks at their next page."""
        answer = await connection.get(f"/timeline/{reader.name}?limit={PER_PAGE}{reader.cursor}")
        if answer.status != 200:
            reader.wrong.append(f"{answer.status}: {answer.body[:300]!r}")
            return
        timeline = answer.json
        reader.pages.append([item["tweet_id"] for item in timeline["items"]])
        reader.cursor = f"&cursor={timeline['next_cursor']}"
        if len(reader.pages) == 1:
            reader.stored = await self._stored(log, timeline)

    async def _pour(self, connection: Connection) -> None:
        """Events of everybody, and new tweets."""
        for done in range(0, self._each, BATCH):
            count = min(BATCH, self._each - done)
            tweets = [self._traffic.tweet() for _ in range(count // 10)]
            events = [self._harmless(event) for event in self._traffic.events(count - len(tweets))]
            if tweets:
                (await connection.post("/tweets", {"tweets": tweets})).ok()
            (await connection.post("/events", {"events": events})).ok()
            self._traffic.written.extend(tweet["tweet_id"] for tweet in tweets)
            self._written |= {tweet["tweet_id"]: tweet for tweet in tweets}
            self.sent += count

    def _harmless(self, event: Body) -> Body:
        """Nobody but the script below blocks a reader, or is blocked by one."""
        names = {reader.name for reader in self.readers}
        if event["action"] == "block" and {event["user_id"], event["target_user_id"]} & names:
            event["action"] = "follow"
        return event

    async def _interfere(self, connection: Connection) -> None:
        """Delete some of what is still to come, and block an author of it now and then."""
        for which, reader in enumerate(self.readers):
            known = set(reader.shown) | reader.gone.keys()
            to_come = [tweet for tweet in reader.stored if tweet not in known]
            page = len(reader.pages)
            offset = 0
            for tweet in to_come[5 : 5 + DELETED]:
                answer = await connection.send(request("DELETE", f"/tweets/{tweet}"))
                offset = answer.ok()["offset"]
                for other in self.readers:
                    for one in set(other.stored).difference(other.shown):
                        if tweet in (one, self._answered(one)):
                            other.gone.setdefault(one, len(other.pages))
            if to_come and page % (self._pages // BLOCKED) == 1:
                author = self._author(to_come[len(to_come) // 2])
                pair = (reader.name, author) if which % 2 else (author, reader.name)
                body = {"event_id": f"block-{reader.name}-{page}", "action": "block"}
                body |= {"user_id": pair[0], "target_user_id": pair[1]}
                offset = (await connection.post("/events", {"events": [body]})).ok()["offset"]
                for tweet in to_come:
                    if author in (self._author(tweet), self._author(self._answered(tweet))):
                        reader.gone.setdefault(tweet, page)
            (await connection.get(f"/users?limit=1&after_offset={offset}")).ok()

    def _author(self, tweet: str) -> str:
        if tweet in self._written:
            return str(self._written[tweet]["author_id"])
        state = self._engine.state
        row = state.tweets.ids.row(tweet)
        return "" if row is None else state.users.ids.id(int(state.tweets.author[row]))

    def _answered(self, tweet: str) -> str:
        """The tweet that this one is a reply to, with which it goes; nothing where it is none."""
        if tweet in self._written:
            return str(self._written[tweet].get("in_reply_to_id", ""))
        tweets = self._engine.state.tweets
        row = tweets.ids.row(tweet)
        parent = -1 if row is None else int(tweets.threads.parent[row])
        return tweets.ids.id(parent) if parent >= 0 else ""

    async def _stored(self, log: EventLog, timeline: Json) -> list[str]:
        """The pool that the log keeps for a first page, in the order in which it is shown."""
        for _ in range(100):
            for record in log.read(max(log.end - 5_000, 0), 5_000):
                body = bodies.read(record.entry)
                if isinstance(body, bodies.Served) and body.request_id == timeline["request_id"]:
                    return body.pool_ids
            await asyncio.sleep(0.02)
        raise ChildProcessError("the log does not say what was served")


def _readers(state: FeatureState) -> list[str]:
    """Who follows most has most to scroll through."""
    everybody = np.arange(len(state.users), dtype=np.int32)
    _, follower = state.graph.followees(everybody)
    following = np.bincount(follower, minlength=len(everybody))
    return state.users.ids.ids(np.argsort(-following)[:READERS].astype(np.int32))
