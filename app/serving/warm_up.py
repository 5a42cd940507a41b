"""Serve a small world once before the first request, so that no request waits for a compiler.

A kernel is compiled, or loaded from disk, by its first call with arguments of its types. Here
every kind of record is applied, and every product answers every sort of viewer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.observability.counts import OwnCounts
from app.observability.trace_counts import TraceCounts
from app.pipeline.product import ProductPipeline
from app.pipeline.trace import Trace
from app.products import shared_stages
from app.serving import small_world
from app.serving.clock import Clock
from app.serving.engine import Engine, assemble
from app.serving.score_tweets import score_tweets
from app.settings import Settings
from ml import kernels
from ml.bundle import Bundle
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates.apply_records import apply_records
from ml.state.updates.retention import retain

LIMITS: Final = (1, 100)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What it took to be ready."""

    ready: int  # kernels, each counted once for every type of arguments
    compiled: int  # of them; the others were compiled before
    seconds: float  # of CPU


def warm_up(settings: Settings, bundle: Bundle | None) -> WarmUp:
    """Compile every kernel that a request or a record can call, or load it from disk."""
    if not kernels.IS_COMPILED:
        return WarmUp(0, 0, 0.0)  # plain Python is ready, and would take half a minute for this
    begun, compiled = time.process_time(), kernels.compiled()
    state = FeatureState(Users(), Tweets())
    engine = assemble(settings, state, bundle, Clock("frozen", lambda: small_world.NOW))
    for records in small_world.batches():
        engine.encoder.extend(state, apply_records(state, records))
        _serve(engine)
    _search(engine)
    _forget(engine)
    _serve(engine)  # what left memory is looked up as well
    seconds = time.process_time() - begun
    warm = WarmUp(len(kernels.ready()), kernels.compiled() - compiled, seconds)
    if kernels.directory() is None:
        logger.warning(
            "every start compiles, because %s cannot be written", settings.kernels_folder
        )
    elif warm.compiled:
        logger.info("compiled %d kernels in %.1f s of CPU", warm.compiled, warm.seconds)
    return warm


def _serve(engine: Engine) -> None:
    """Everything that can be asked, for every sort of viewer."""
    counts = TraceCounts(OwnCounts())
    for viewer in small_world.VIEWERS:
        for limit in LIMITS:
            query = engine.hydrate.query(viewer, limit)
            for product in _products(engine):
                served = product.run(query)
                counts.add(served.trace)
                engine.state.tweets.ids.joined(served.pool.tweet)
                served.product.mixer.next_page(query, served.pool, 1, Trace())
            people = engine.who_to_follow.recommend(query, limit)
            engine.who_to_follow.followed_by(query, people.user)
            for relations in (True, False):
                score_tweets(engine, viewer, small_world.TWEETS[:limit], relations=relations)


def _search(engine: Engine) -> None:
    """Search the tweets by cells, as where there are many."""
    state, encoder, settings = engine.state, engine.encoder, engine.settings
    encoder.tweets.centroids = encoder.tweets.vector[:1]
    fresh_tweets = shared_stages.fresh_tweets(state, settings)
    source = shared_stages.out_of_network(fresh_tweets, encoder, settings)
    source.near_tweets.within_reach(encoder.tweets.vector[:1], small_world.NOW).best(1)


def _products(engine: Engine) -> Iterator[ProductPipeline]:
    """All products, also those that answer in the place of others."""
    waiting = list(engine.products.values())
    while waiting:
        product = waiting.pop()
        yield replace(product, fallback=None)  # a failure here is one of ours
        waiting += [one for one in (product.otherwise, product.fallback) if one is not None]


def _forget(engine: Engine) -> None:
    """Apply the retention to a copy, as a service does."""
    state, encoder = engine.state.aside(), engine.encoder.aside()
    state.drop_served(small_world.NOW)
    kept = retain(state, small_world.NOW, 0, 0)
    if kept.moved:
        encoder.keep(state, kept.tweet)
    engine.state.adopt(state)
