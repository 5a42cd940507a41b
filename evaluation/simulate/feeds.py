"""A feed hears what happens and says what to show: over HTTP, or by a policy in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

import numpy as np

from app.api import log_entries
from app.main import create_app
from app.schemas.batches import MAX_WRITTEN
from app.schemas.event import EventIn
from app.schemas.rows import TweetIn, UserIn
from app.serving.engine import Engine, build_engine
from app.serving.service import Service
from app.settings import Settings
from datagen.world import World
from evaluation.policies.policy import Moment, Policy
from evaluation.policies.product import EvaluationError
from evaluation.simulate.wire import Wire
from evaluation.truth import Truth
from ml.arrays import Rows
from ml.event_log.record import Entry, Record
from ml.state.updates.apply_records import apply_records

PRODUCT: Final = "for_you"
BEHIND: Final = 503  # what was told has not had its effect yet, on a machine that is busy
PATIENCE: Final = 60  # times that the service is asked again, which waits a second by itself
QUIET: Final[dict[str, object]] = {  # what only takes time here, or would not be the same twice
    "clock": "wall",
    "impressions": "client",
    "snapshot_minutes": 100_000,
    "log_level": "error",
    "host": "127.0.0.1",
    "api_key": None,
}

Json = dict[str, Any]  # what JSON can hold


@dataclass(slots=True)
class Ticking:
    """A clock that stands still until it is set, but for a millionth at every look: no two things
    happen at once, so that the order of what is written is not left to the names of records."""

    at: float = 0.0
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

    def join(self, users: Sequence[Json]) -> None:
        """People join."""

    def write(self, tweets: Sequence[Json]) -> None:
        """Tweets are written."""

    def tell(self, events: Sequence[Json]) -> None:
        """People did something."""

    def show(self, user: str, limit: int, request: str) -> list[str]:
        """What somebody is shown, best first, once all that was told has had its effect."""

    def close(self) -> None:
        """Nobody will ask any more."""


class Served:
    """The service itself, with an event log of its own, over HTTP without a network."""

    def __init__(self, settings: Settings, product: str = PRODUCT) -> None:
        self._product = product
        self._watch = Ticking()
        self._offset = 0
        self._open = ExitStack()
        folder = Path(self._open.enter_context(TemporaryDirectory(prefix="simulation-")))
        quiet = settings.model_copy(update={**QUIET, "log": folder / "events.db"})
        service = Service.open(quiet, self._watch)
        self._untrained = set(service.engine.missing)
        app = create_app(quiet, service=service)
        self._wire = Wire(app)
        self._open.callback(self._wire.close)

    def wait_until(self, now: int) -> None:
        self._watch.set(now)

    def join(self, users: Sequence[Json]) -> None:
        self._post("users", users)

    def write(self, tweets: Sequence[Json]) -> None:
        self._post("tweets", tweets)

    def tell(self, events: Sequence[Json]) -> None:
        self._post("events", events)

    def show(self, user: str, limit: int, request: str) -> list[str]:
        asked: dict[str, str | int] = {"limit": limit, "product": self._product}
        if self._offset:
            asked["after_offset"] = self._offset
        for _ in range(PATIENCE):
            status, page = self._wire.get(f"/timeline/{user}", asked, **{"x-request-id": request})
            if status != BEHIND:
                break
        _checked(status, page)
        failed = set(page["missing"]) - self._untrained
        if page["served_by"] == "fallback" or failed:
            raise EvaluationError(
                f"{page['served_by']} answered {user} without {', '.join(sorted(failed))}, so this "
                f"would be the simulation of something else"
            )
        return [item["tweet_id"] for item in page["items"]]

    def close(self) -> None:
        self._open.close()

    def _post(self, what: str, items: Sequence[Json]) -> None:
        """In batches, none of which may have been refused."""
        for start in range(0, len(items), MAX_WRITTEN):
            some = list(items[start : start + MAX_WRITTEN])
            told = _checked(*self._wire.post(f"/{what}", {what: some}))
            refused = [one for one in told["results"] if one["status"] != "accepted"]
            if refused:
                raise EvaluationError(f"POST /{what}: {refused[0]}")
            self._offset = told["offset"]


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
        self._rows: tuple[Rows, Rows] = (np.empty(0, np.int32), np.empty(0, np.int32))
        self.policy = self.make(self.engine, self.truth)

    def wait_until(self, now: int) -> None:
        self.watch.set(now)

    def join(self, users: Sequence[Json]) -> None:
        clock = self.engine.clock
        self._take(
            [
                log_entries.user(clock, user["user_id"], UserIn(**_without("user_id", user)))
                for user in users
            ]
        )

    def write(self, tweets: Sequence[Json]) -> None:
        clock = self.engine.clock
        self._take(
            [
                log_entries.tweet(clock, tweet["tweet_id"], TweetIn(**_without("tweet_id", tweet)))
                for tweet in tweets
            ]
        )

    def tell(self, events: Sequence[Json]) -> None:
        clock = self.engine.clock
        self._take([log_entries.event(clock, EventIn(**event)) for event in events])

    def show(self, user: str, limit: int, request: str) -> list[str]:
        engine = self.engine
        query = engine.hydrate.query(user, limit)
        hours, at_least = engine.settings.max_age_hours, engine.settings.fresh_at_least
        fresh = engine.state.fresh(query.now, hours, at_least)
        eligibility = engine.products[PRODUCT].mixer.eligibility
        moment = Moment(query, engine.state, fresh, eligibility, self.truth())
        shown = self.policy.show(moment).tweet
        viewer = np.full(len(shown), query.viewer, np.int32)
        engine.state.mark_served(viewer, shown, np.full(len(shown), query.now))
        return list(engine.state.tweets.ids.ids(shown))

    def close(self) -> None:
        pass

    def truth(self) -> Truth:
        """The planted chances as they are now, by this feed's rows."""
        world, state = self.world(), self.engine.state
        user, tweet = self._rows
        if len(user) < len(state.users) or len(tweet) < len(state.tweets):
            user = world.user_rows(state.users.ids.all_ids().cast(int).to_numpy())
            tweet = world.tweet_rows(state.tweets.ids.all_ids().cast(int).to_numpy())
            self._rows = user, tweet
        return Truth(world, user, tweet)

    def _take(self, entries: Sequence[Entry]) -> None:
        state = self.engine.state
        records = [Record(state.offset + 1 + n, entry) for n, entry in enumerate(entries)]
        taken = apply_records(state, records)
        self.engine.encoder.extend(state, taken)


def _without(name: str, row: Json) -> Json:
    return {key: value for key, value in row.items() if key != name}


def _checked(status: int, body: Json) -> Json:
    if status != 200:
        raise EvaluationError(f"the service answered {status}: {body.get('detail', body)}")
    return body
