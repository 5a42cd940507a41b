"""Clients of a cluster: whatever fails, they ask another replica, and account for the answers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

from evaluation.client import Address, Answer, Connection, request
from evaluation.cluster.cluster import KEY
from evaluation.loadtest.durability_check import DurabilityCheck
from evaluation.loadtest.traffic import Body, Traffic

WRITERS: Final = 2
READERS: Final = 2
BATCH: Final = 100
REQUEST_SECONDS: Final = 15.0
REST_SECONDS: Final = 0.1  # before another replica is asked
ELSEWHERE: Final = frozenset({429, 503})  # ask another, or later


@dataclass
class ClusterLoad:
    """Everything at once, until `stopping` is set."""

    addresses: Sequence[Address]
    traffic: Traffic
    rate: float  # events per second, of all writers together
    ledger: DurabilityCheck = field(default_factory=DurabilityCheck)
    faults: list[str] = field(default_factory=list)  # answers that should not have been given
    answers: Counter[str] = field(default_factory=Counter)  # by what was asked, and the status
    stopping: bool = False

    async def run(self) -> None:
        """Until `stopping`; each client then finishes what it is about."""
        steps = [self._write] * WRITERS + [self._read] * READERS + [self._see, self._block]
        await asyncio.gather(*(self._repeat(step) for step in steps))

    async def finish(self) -> str:
        """The offset of one last write."""
        return str((await self.insist("PUT", "/users/the-last", {"name": "The last"}))["offset"])

    async def insist(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the first replica that has one."""
        while True:
            answer = await self._ask(self._somewhere(), method, path, body)
            if answer is not None and answer.status not in ELSEWHERE:
                return answer.ok()
            await asyncio.sleep(REST_SECONDS)

    async def _repeat(self, step: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping:
            await step()

    def _somewhere(self) -> Address:
        return self.addresses[int(self.traffic.rng.integers(len(self.addresses)))]

    async def _ask(
        self, address: Address, method: str, path: str, body: Any = None
    ) -> Answer | None:
        """None where nobody answered."""
        what = f"{method} /{path.split('/')[1].partition('?')[0]}"
        with suppress(OSError, EOFError, TimeoutError):
            async with asyncio.timeout(REQUEST_SECONDS), Connection.open(address) as connection:
                sent = request(method, path, body, **{"X-API-Key": KEY, "Connection": "close"})
                answer = await connection.send(sent)
                self.answers[f"{what} {answer.status}"] += 1
                return answer
        self.answers[f"{what} unanswered"] += 1
        return None

    async def _write(self) -> None:
        """A batch, sent until it is acknowledged, to one replica after the other."""
        began, batch = perf_counter(), self.traffic.events(BATCH)
        fine = {"accepted"}
        while True:
            answer = await self._ask(self._somewhere(), "POST", "/events", {"events": batch})
            if answer is not None and answer.status == 200:
                break
            if answer is not None and answer.status not in ELSEWHERE:
                self.faults.append(f"POST /events: {answer.status} {answer.body[:200]!r}")
                return
            fine = {"accepted", "duplicate"}  # it may have been written all the same
            await asyncio.sleep(REST_SECONDS)
        results = answer.json["results"]
        for event, result in zip(batch, results, strict=True):
            if result["status"] not in fine:
                self.faults.append(f"{event} was {result}")
        self.ledger.keep(batch)
        await asyncio.sleep(max(WRITERS * BATCH / self.rate - (perf_counter() - began), 0))

    async def _read(self) -> None:
        answer = await self._ask(self._somewhere(), "GET", f"/timeline/{self.traffic.somebody()}")
        if answer is not None and answer.status not in {200, *ELSEWHERE}:
            self.faults.append(f"GET /timeline: {answer.status} {answer.body[:200]!r}")
        await asyncio.sleep(0.05)

    async def _see(self) -> None:
        """What one replica acknowledged, another shows from its offset on."""
        tweet = self.traffic.tweet()
        name, text = tweet.pop("tweet_id"), tweet["text"]
        tweet.pop("in_reply_to_id", None)
        offset = (await self.insist("PUT", f"/tweets/{name}", tweet))["offset"]
        seen = await self._after(f"/tweets/{name}", offset)
        if seen is not None and (seen.status, seen.status == 200 and seen.json["text"]) != (
            200,
            text,
        ):
            self.faults.append(f"{name} at {offset}: {seen.status} {seen.body[:200]!r}")
        offset = (await self.insist("DELETE", f"/tweets/{name}"))["offset"]
        gone = await self._after(f"/tweets/{name}", offset)
        if gone is not None and gone.status != 404:
            self.faults.append(f"{name} deleted at {offset}: {gone.status} {gone.body[:200]!r}")
        await asyncio.sleep(REST_SECONDS)

    async def _block(self) -> None:
        """Whom somebody blocked is in no timeline of theirs from its offset on."""
        who = self.traffic.somebody()
        page = await self._ask(self._somewhere(), "GET", f"/timeline/{who}")
        if page is None or page.status != 200 or not page.json["items"]:
            return
        author = page.json["items"][0]["author_id"]
        if author == who:
            return
        event: Body = {"event_id": self.traffic.fresh(), "action": "block", "user_id": who}
        sent = {"events": [event | {"target_user_id": author}]}
        offset = (await self.insist("POST", "/events", sent))["offset"]
        self.ledger.keep(sent["events"])
        later = await self._after(f"/timeline/{who}", offset)
        if later is not None and later.status == 200:
            shown = [one["author_id"] for one in later.json["items"]]
            if author in shown:
                self.faults.append(f"{who} blocked {author} at {offset} and sees them")
        await asyncio.sleep(REST_SECONDS)

    async def _after(self, path: str, offset: str) -> Answer | None:
        """The answer of any replica, or None where it has none yet."""
        answer = await self._ask(self._somewhere(), "GET", f"{path}?after_offset={offset}")
        return None if answer is None or answer.status in ELSEWHERE else answer
