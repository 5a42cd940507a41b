"""Mixed load: batches of events, a changing catalogue, and people who read page after page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from evaluation.client import Address, Answer, Connection, request
from evaluation.loadtest.durability_check import DurabilityCheck
from evaluation.loadtest.traffic import Body, Traffic
from ml.actions import Action
from ml.event_log.record import Kind

WRITERS: Final = 3
READERS: Final = 2
BATCHES: Final = (1, 20, 100, 250)
PAGES: Final = 4
BUSY: Final = 429
RESENT: Final = 0.05  # the share of batches that are sent twice, as by a client that is not sure
NEW: Final = frozenset({"accepted"})
DUPLICATE: Final = frozenset({"duplicate"})
EITHER: Final = NEW | DUPLICATE
Step = Callable[[Connection], Coroutine[Any, Any, None]]


@dataclass
class Load:
    """Everything at once, until the server is gone."""

    traffic: Traffic
    ledger: DurabilityCheck
    erasing: bool = False  # whether people leave
    faults: list[str] = field(default_factory=list)  # answers that should not have been given
    leaving: set[str] = field(default_factory=set)  # people whose departure was sent
    pages: int = 0

    async def run(self, address: Address) -> None:
        steps = *[self._write] * WRITERS, *[self._read] * READERS, self._catalogue, self._settle
        await asyncio.gather(*(self._until_gone(address, step) for step in steps))

    async def settle(self, address: Address) -> None:
        """Send again whatever nobody answered."""
        async with Connection.open(address) as connection:
            while self.ledger.in_doubt:
                await self._settle(connection)

    async def _until_gone(self, address: Address, step: Step) -> None:
        with suppress(OSError, EOFError):  # killed, as was the plan
            async with Connection.open(address) as connection:
                while True:
                    await step(connection)

    async def _write(self, connection: Connection) -> None:
        rng = self.traffic.rng
        batch = self.traffic.events(int(rng.choice(BATCHES)))
        with self._doubted(batch):
            first = await self._send(connection, batch, [NEW] * len(batch))
        if first and rng.random() < RESENT:
            await self._send(
                connection, batch, [self._again(*pair) for pair in zip(batch, first, strict=True)]
            )

    async def _settle(self, connection: Connection) -> None:
        """What was in doubt when the server was last killed."""
        if not self.ledger.in_doubt:
            await asyncio.sleep(0.5)
            return
        batch = self.ledger.in_doubt.pop()
        with self._doubted(batch):
            await self._send(connection, batch, [EITHER] * len(batch))

    @contextmanager
    def _doubted(self, batch: list[Body]) -> Iterator[None]:
        """Whether these are written nobody knows if the server goes meanwhile."""
        try:
            yield
        except (OSError, EOFError):
            self.ledger.in_doubt.append(batch)
            raise

    def _again(self, event: Body, first: str) -> frozenset[str]:
        """What an event may be that is sent again: new where it was rejected before, or where the
        log has since forgotten the person who did it."""
        is_known = first != "rejected" and event["user_id"] not in self.leaving
        return DUPLICATE if is_known else EITHER

    async def _send(
        self, connection: Connection, batch: list[Body], expected: Sequence[frozenset[str]]
    ) -> list[str]:
        """What became of each event; nothing where the service was busy."""
        answer = await connection.post("/events", {"events": batch})
        if answer.status == BUSY:
            await asyncio.sleep(0.2)
            return []
        if not self._fine(answer, "POST /events"):
            return []
        results = answer.json["results"]
        for event, result, fine in zip(batch, results, expected, strict=True):
            if result["status"] not in fine and not _is_unowned(event, result):
                self.faults.append(f"{event} was {result}, not {' or '.join(sorted(fine))}")
        statuses = [str(result["status"]) for result in results]
        self.ledger.keep(
            event for event, status in zip(batch, statuses, strict=True) if status != "rejected"
        )
        return statuses

    async def _catalogue(self, connection: Connection) -> None:
        traffic, chance = self.traffic, self.traffic.rng.random()
        if chance < 0.45:
            tweet = traffic.tweet()
            name = tweet.pop("tweet_id")
            author = tweet["author_id"]
            await self._change(connection, "PUT", Kind.PUT_TWEET, name, tweet, author)
            traffic.written.append(name)
        elif chance < 0.65:
            tweets = [traffic.tweet() for _ in range(10)]
            if self._fine(await connection.post("/tweets", {"tweets": tweets}), "POST /tweets"):
                for tweet in tweets:
                    self.ledger.keep_entry(Kind.PUT_TWEET, tweet["tweet_id"], tweet["author_id"])
                    traffic.written.append(tweet["tweet_id"])
        elif chance < 0.85:
            user = traffic.user()
            name = user.pop("user_id")
            await self._change(connection, "PUT", Kind.PUT_USER, name, user, name)
            traffic.people.append(name)
        elif chance < 0.94 or not self.erasing:
            if traffic.written:
                place = int(traffic.rng.integers(len(traffic.written)))
                name = traffic.written[place]
                del traffic.written[place]
                await self._change(connection, "DELETE", Kind.DELETE_TWEET, name)
        else:  # somebody leaves, and others go on naming them
            name = traffic.people[-1 - int(traffic.rng.integers(len(traffic.people) // 2))]
            if name not in self.leaving:
                self.leaving.add(name)
                await self._change(connection, "DELETE", Kind.DELETE_USER, name)
        await asyncio.sleep(0.005)

    async def _change(
        self,
        connection: Connection,
        method: str,
        kind: Kind,
        name: str,
        body: Any = None,
        owner: str | None = None,
    ) -> None:
        path = f"/{'users' if 'user' in kind.value else 'tweets'}/{name}"
        if self._fine(await connection.send(request(method, path, body)), f"{method} {path}"):
            self.ledger.keep_entry(kind, name, owner)

    async def _read(self, connection: Connection) -> None:
        first = path = f"/timeline/{self.traffic.somebody()}"
        for _ in range(PAGES):
            answer = await connection.get(path)
            if not self._fine(answer, path):
                return
            self.pages += 1
            self.traffic.hear(answer.json)
            if (cursor := answer.json["next_cursor"]) is None:
                return
            path = f"{first}?cursor={cursor}"

    def _fine(self, answer: Answer, what: str) -> bool:
        if answer.status != 200:
            self.faults.append(f"{what}: {answer.status} {answer.body[:200]!r}")
        return answer.status == 200


def _is_unowned(event: Body, result: Body) -> bool:
    """Whether this is an impression of a page that nobody remembers: its reader has left, or the
    service was killed before the page was written."""
    return bool(event["action"] == Action.IMPRESSION.label and result["status"] == "rejected")
