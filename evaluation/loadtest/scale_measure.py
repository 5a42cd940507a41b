"""What one state of some size costs to serve, measured in a process of its own."""

from __future__ import annotations

import gc
import itertools
import resource
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import numpy as np

from app.products import shared_stages
from app.retrieval.near_tweets import FEWEST
from app.retrieval.sort_keys import sort_keys
from app.retrieval.top_k import best_rows
from app.serving.clock import Clock
from app.serving.engine import Engine, assemble
from app.serving.served_bundle import load_bundle
from app.settings import Settings
from app.sources.out_of_network import TEMPERATURE
from evaluation.loadtest.scale_world import scaled_state
from evaluation.loadtest.slo_report import quantiles
from evaluation.report.numbers import Json
from ml import threads
from ml.actions import Action
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind, Record
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot
from ml.state.updates.apply_records import apply_records

NO_TABLES: Final = "tables"  # the folder that the state was not made of
LIMIT: Final = 10
WARM: Final = 30  # users asked before
PER_SECOND: Final = 20  # users asked by the clock: what is of a moment is found anew so often
RECALLED: Final = 50  # users
NEAREST: Final = 200
BATCH: Final = 100  # records applied at once
WRITES: Final = 60  # of each kind, each followed by a feed
MB: Final = 1 << 20


def write_state(tweets: int, seed: int, folder: Path) -> Json:
    """Draw a state and save it; what that took."""
    start = process_time()
    state = scaled_state(tweets, seed)
    drawn = process_time()
    snapshot.save(state, folder, folder / NO_TABLES, "scale")
    return {
        "build_cpu_seconds": drawn - start,
        "build_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure_state(folder: Path, settings: Settings, users: int, events: int, seed: int) -> Json:
    """Serve a saved state to some users, then apply events to it."""
    threads.use_one()
    bundle = load_bundle(settings)
    loads = process_time()
    state = snapshot.load(folder)
    loaded = process_time()
    ticks = itertools.count(int(state.newest) * PER_SECOND)
    engine = assemble(settings, state, bundle, Clock("world", lambda: next(ticks) / PER_SECOND))
    rng = np.random.default_rng(seed)
    people = state.users.ids.ids(rng.permutation(len(state.users))[: users + WARM].astype(np.int32))
    for user in people[:WARM]:
        _ask(engine, user)
    ready = process_time()
    gc.collect()
    memory = _resident() / MB
    asked = [_ask(engine, user) for user in people[WARM:]]
    wall, cpu, products = zip(*asked, strict=True)
    recall = [_recall(engine, user) for user in people[WARM : WARM + RECALLED]]
    return {
        "tweets": len(state.tweets),
        "users": len(state.users),
        "follows": int(state.graph.followers.sum()),
        "pairs_seen": len(state.seen.index),
        "fresh": len(state.fresh(state.newest, settings.max_age_hours, settings.fresh_at_least)),
        "rss_mb": memory,
        "load_cpu_seconds": loaded - loads,
        "ready_cpu_seconds": ready,  # since the process began
        "millis": quantiles(wall),
        "cpu_millis": quantiles(cpu),
        "products": {name: products.count(name) for name in sorted({*products})},
        "recall": float(np.mean(recall)),
        "after_follow": _after(engine, _follows(state, people[-WRITES:]), people),
        "after_tweet": _after(engine, _tweets(state, people[-WRITES:]), people),
        "events_per_cpu_second": _events_per_second(engine, events, rng),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _ask(engine: Engine, user: str) -> tuple[float, float, str]:
    """Milliseconds, those of CPU, and the product that answered."""
    start, cpu = perf_counter(), process_time()
    served = engine.products["for_you"].run(engine.hydrate.query(user, LIMIT))
    return (perf_counter() - start) * 1e3, (process_time() - cpu) * 1e3, served.product.name


def _recall(engine: Engine, user: str) -> float:
    """The share of the fresh tweets that are worth most to a viewer which retrieval looks at."""
    state, encoder, settings = engine.state, engine.encoder, engine.settings
    fresh_tweets = shared_stages.fresh_tweets(state, settings)
    source = shared_stages.out_of_network(fresh_tweets, encoder, settings)
    query = engine.hydrate.query(user, LIMIT)
    tweet = fresh_tweets.fresh(query.now).tweet
    fading = np.log(2) / settings.source_half_life_hours * fresh_tweets.age_hours(tweet, query.now)
    worth = encoder.tweets.vector[tweet] @ query.vector / TEMPERATURE - fading
    near = source.near_tweets.of([query.vector], query.now).best(FEWEST).tweet
    best = best_rows(sort_keys(worth.astype(np.float32), tweet), NEAREST)
    return float(np.isin(best, near).mean())


def _after(engine: Engine, records: Sequence[Record], users: Sequence[str]) -> float:
    """Milliseconds of CPU of the first feed after one record: the median of many."""
    millis = []
    for record, user in zip(records, users, strict=False):
        engine.encoder.extend(engine.state, apply_records(engine.state, [record]))
        millis.append(_ask(engine, user)[1])
    return float(np.median(millis))


def _follows(state: FeatureState, users: Sequence[str]) -> list[Record]:
    """Each follows the next."""
    pairs = zip(users, (*users[1:], users[0]), strict=True)
    label = Action.FOLLOW.label
    return [
        _record(state, place, Kind.EVENT, who, bodies.Event(label, who, target_user_id=whom))
        for place, (who, whom) in enumerate(pairs)
    ]


def _tweets(state: FeatureState, users: Sequence[str]) -> list[Record]:
    """A tweet by each."""
    facts = {"created_at": float(state.newest), "text": "What is new here?"}
    return [
        _record(
            state,
            place,
            Kind.PUT_TWEET,
            who,
            bodies.Row({"tweet_id": f"scale-tweet-{place}", "author_id": who, **facts}),
        )
        for place, who in enumerate(users)
    ]


def _record(
    state: FeatureState, place: int, kind: Kind, user: str, body: bodies.Event | bodies.Row
) -> Record:
    name = f"scale-{kind}-{place}"
    at = int(state.newest * 1_000_000) + place
    return Record(state.offset + 1 + place, Entry(name, kind, at, user, body.to_json()))


def _events_per_second(engine: Engine, count: int, rng: np.random.Generator) -> float:
    """Likes and clicks of now, applied in batches, with all that follows them up."""
    state, encoder = engine.state, engine.encoder
    records = _records(state, count, rng)
    start = process_time()
    for place in range(0, count, BATCH):
        encoder.extend(state, apply_records(state, records[place : place + BATCH]))
    return count / (process_time() - start)


def _records(state: FeatureState, count: int, rng: np.random.Generator) -> list[Record]:
    user = state.users.ids.ids(rng.integers(0, len(state.users), count).astype(np.int32))
    fresh = state.by_time[-max(len(state.by_time) // 4, 1) :]
    tweet = state.tweets.ids.ids(rng.choice(fresh, count))
    action = np.where(rng.random(count) < 0.5, Action.LIKE.label, Action.CLICK.label).tolist()
    return [
        _record(state, place, Kind.EVENT, who, bodies.Event(what, who, tweet_id=which))
        for place, (who, which, what) in enumerate(zip(user, tweet, action, strict=True))
    ]


def _resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
