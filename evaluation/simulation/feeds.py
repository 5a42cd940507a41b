"""A feed hears what happens and says what to show: over HTTP, or by a policy in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol
from urllib.parse import urlencode

import numpy as np

from app.api import log_entries
from app.main import create_app
from app.schemas.batches import MAX_WRITTEN
from app.schemas.event import EventIn
from app.schemas.rows import TweetIn, UserIn
from app.serving.clock import Clock
from app.serving.engine import Engine, build_engine
from app.serving.service import Service
from app.settings import Settings
from datagen.world import World
from evaluation.client import InProcess
from evaluation.policies.policy import PRODUCT, Moment, Policy
from evaluation.policies.product import EvaluationError
from evaluation.report.numbers import Json
from evaluation.truth import Truth
from evaluation.watch import Watch
from ml.event_log.record import Entry, Record
from ml.state.updates.apply_records import apply_records

BEHIND: Final = 503  # the effect of a write is still to come, on a machine that is busy
PATIENCE: Final = 60  # times that the service is asked again, which waits a second by itself
QUIET: Final[dict[str, object]] = {  # what only takes time here, or would not be the same twice
    "clock": "wall",
    "impressions": "client",
    "snapshot_minutes": 100_000,
    "log_level": "error",
    "host": "127.0.0.1",
    "api_key": None,
}


ENTRIES: Final[dict[str, Callable[[Clock, Json], Entry]]] = {
    "users": lambda clock, row: log_entries.user(clock, row.pop("user_id"), UserIn(**row)),
    "tweets": lambda clock, row: log_entries.tweet(clock, row.pop("tweet_id"), TweetIn(**row)),
    "events": lambda clock, row: log_entries.event(clock, EventIn(**row)),
}


@dataclass(slots=True)
class Ticking(Watch):
    """A clock that stands still until it is set, but for a millionth at every look: no two things
    happen at once, so that the order of what is written is not left to the names of records."""

    looks: int = 0

    def __call__(self) -> float:
        self.looks += 1
        return self.at + self.looks / 1e6

    def set(self, at: int) -> None:
        self.at, self.looks = float(at), 0


class Feed(Protocol):
    """Everything has an id; times are in unix seconds."""

    def wait_until(self, now: int) -> None:
        """Time passes."""

    def write(self, kind: str, rows: Sequence[Json]) -> None:
        """Users join, tweets are written, events happen."""

    def show(self, user: str, limit: int, request: str) -> list[str]:
        """What somebody is shown, best first, once every write has had its effect."""

    def close(self) -> None:
        """Nobody will ask any more."""


class Served:
    """The service itself, with an event log of its own, over HTTP without a network."""

    def __init__(self, settings: Settings, product: str = PRODUCT) -> None:
        self._product = product
        self._watch = Ticking()
        self._offset = ""
        self._open = ExitStack()
        folder = Path(self._open.enter_context(TemporaryDirectory(prefix="simulation-")))
        quiet = settings.model_copy(update={**QUIET, "log": folder / "events.db"})
        service = Service.open(quiet, self._watch)
        self._untrained = set(service.engine.missing)
        app = create_app(quiet, service=service)
        self._runner = self._open.enter_context(asyncio.Runner())
        running = AsyncExitStack()
        self._client = self._runner.run(running.enter_async_context(InProcess.open(app)))
        self._open.callback(lambda: self._runner.run(running.aclose()))

    def wait_until(self, now: int) -> None:
        self._watch.set(now)

    def write(self, kind: str, rows: Sequence[Json]) -> None:
        """In batches, none of which may have been refused."""
        for start in range(0, len(rows), MAX_WRITTEN):
            some = list(rows[start : start + MAX_WRITTEN])
            written = self._runner.run(self._client.send("POST", f"/{kind}", {kind: some})).ok()
            refused = [one for one in written["results"] if one["status"] != "accepted"]
            if refused:
                raise EvaluationError(f"POST /{kind}: {refused[0]}")
            self._offset = written["offset"]

    def show(self, user: str, limit: int, request: str) -> list[str]:
        asked: dict[str, str | int] = {"limit": limit, "product": self._product}
        if self._offset:
            asked["after_offset"] = self._offset
        for _ in range(PATIENCE):
            path, named = f"/timeline/{user}?{urlencode(asked)}", {"x-request-id": request}
            answer = self._runner.run(self._client.send("GET", path, **named))
            if answer.status != BEHIND:
                break
        page = answer.ok()
        failed = set(page["missing"]) - self._untrained
        if page["served_by"] == "fallback" or failed:
            raise EvaluationError(
                f"{page['served_by']} answered {user} without {', '.join(sorted(failed))}, so this "
                f"would be the simulation of something else"
            )
        return [item["tweet_id"] for item in page["items"]]

    def close(self) -> None:
        self._open.close()


@dataclass
class Local:
    """A policy in this process; it hears the same entries that the service would have logged."""

    settings: Settings
    make: Callable[[Engine, Callable[[], Truth]], Policy]
    world: Callable[[], World]
    watch: Ticking = field(default_factory=Ticking)

    def __post_init__(self) -> None:
        quiet = self.settings.model_copy(update=QUIET)
        self.engine = build_engine(quiet, self.watch)
        self._truth = Truth.of(self.world(), self.engine.state.users, self.engine.state.tweets)
        self.policy = self.make(self.engine, self.truth)

    def wait_until(self, now: int) -> None:
        self.watch.set(now)

    def write(self, kind: str, rows: Sequence[Json]) -> None:
        state, entry = self.engine.state, ENTRIES[kind]
        entries = (entry(self.engine.clock, dict(row)) for row in rows)
        records = [Record(state.offset + 1 + n, entry) for n, entry in enumerate(entries)]
        self.engine.encoder.extend(state, apply_records(state, records))

    def show(self, user: str, limit: int, request: str) -> list[str]:
        moment = Moment.of(self.engine, user, limit, self.truth())
        state, shown = self.engine.state, self.policy.show(moment).tweet
        viewer = np.full(len(shown), moment.query.viewer, np.int32)
        state.mark_served(viewer, shown, np.full(len(shown), moment.query.now))
        return list(state.tweets.ids.ids(shown))

    def close(self) -> None:
        pass

    def truth(self) -> Truth:
        """The planted chances as they are now, by this feed's rows."""
        world, state, known = self.world(), self.engine.state, self._truth
        if len(known.user) < len(state.users) or len(known.tweet) < len(state.tweets):
            self._truth = Truth.of(world, state.users, state.tweets)
        elif known.world is not world:
            self._truth = replace(known, world=world)
        return self._truth
