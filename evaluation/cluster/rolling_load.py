"""People who read and write through a proxy, and whose every request must succeed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

from evaluation.client import Address, Answer, Connection, request
from evaluation.cluster.cluster import KEY
from evaluation.loadtest.durability_check import DurabilityCheck
from evaluation.loadtest.traffic import Traffic

BATCH: Final = 20  # events
REQUEST_SECONDS: Final = 30.0


@dataclass
class RollingLoad:
    """Several clients, each with one request at a time, until `stopping` is set."""

    address: Address
    traffic: Traffic
    rest: float  # seconds of each client between two things that it does
    ledger: DurabilityCheck = field(default_factory=DurabilityCheck)
    requests: int = 0
    millis: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)  # by what was asked, and the status
    stopping: bool = False

    async def run(self, clients: int) -> None:
        """A third of the clients reads, a third writes events, a third writes and deletes tweets;
        each finishes what it is about."""
        steps = [self._read, self._write, self._edit]
        await asyncio.gather(*(self._repeat(steps[n % len(steps)]) for n in range(clients)))

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping:
            await step()
            await asyncio.sleep(self.rest)

    async def _read(self) -> None:
        """A page, and the one after it, which another replica may answer."""
        page = await self._ask("GET", f"/timeline/{self.traffic.somebody()}")
        if page is not None and (cursor := page.json["next_cursor"]) is not None:
            await self._ask("GET", f"/timeline/{page.json['user_id']}?cursor={cursor}")

    async def _write(self) -> None:
        batch = self.traffic.events(BATCH)
        answer = await self._ask("POST", "/events", {"events": batch})
        if answer is not None:
            self.ledger.keep(batch)

    async def _edit(self) -> None:
        """What was written is there from its offset on, and what was deleted is not."""
        tweet = self.traffic.tweet()
        path = f"/tweets/{tweet.pop('tweet_id')}"
        tweet.pop("in_reply_to_id", None)
        written = await self._ask("PUT", path, tweet)
        if written is None:
            return
        await self._ask("GET", f"{path}?after_offset={written.json['offset']}")
        gone = await self._ask("DELETE", path)
        if gone is not None:
            await self._ask("GET", f"{path}?after_offset={gone.json['offset']}", expected=404)

    async def _ask(
        self, method: str, path: str, body: Any = None, expected: int = 200
    ) -> Answer | None:
        """The answer; None where the request failed."""
        what = f"{method} /{path.split('/')[1]}"
        self.requests += 1
        began = perf_counter()
        try:
            async with asyncio.timeout(REQUEST_SECONDS), Connection.open(self.address) as one:
                sent = request(method, path, body, **{"X-API-Key": KEY, "Connection": "close"})
                answer = await one.send(sent)
        except (OSError, EOFError, TimeoutError) as error:
            self.failed.append(f"{what}: {error!r}")
            return None
        self.millis.append((perf_counter() - began) * 1_000)
        self.answers[f"{what} {answer.status}"] += 1
        if answer.status != expected:
            self.failed.append(f"{what}: {answer.status} {answer.body[:200]!r}")
            return None
        return answer
