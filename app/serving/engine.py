"""The composition root: every part that serves gets what it needs here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.follow_recommendations.recommender import FollowRecommender
from app.pipeline.components import Ranker
from app.pipeline.product import ProductPipeline
from app.products import shared_stages
from app.rankers.heavy import HeavyRanker
from app.serving.assemble_products import assemble_products
from app.serving.choose_ranker import choose_ranker
from app.serving.clock import MICROS, Clock, shift_for
from app.serving.hydrate import Hydrate
from app.serving.neighborhood_cache import NeighborhoodCache
from app.serving.null_encoder import NullEncoder
from app.serving.previews import Previews
from app.serving.restore_state import remembered, replay
from app.serving.safety_thresholds import with_safety_thresholds
from app.serving.served_bundle import load_bundle
from app.serving.served_log import ConnectableServedLog
from app.serving.shared_clock import kept_world_time, write_shift
from app.serving.time_scales import with_time_scales
from app.serving.viewer_vector_cache import ViewerVectorCache
from app.settings import Settings
from ml.bundle import Bundle
from ml.embeddings.encoder import GrowingEncoder
from ml.event_log.port import EventLog
from ml.heads import NAMES as HEADS
from ml.state.feature_state import FeatureState

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)  # it holds every array there is
class Engine:
    """Everything that a request needs."""

    settings: Settings
    state: FeatureState
    bundle: Bundle | None
    encoder: GrowingEncoder
    clock: Clock
    hydrate: Hydrate
    served_log: ConnectableServedLog
    who_to_follow: FollowRecommender
    products: Mapping[str, ProductPipeline]  # that may be asked for, by name
    previews: Previews  # the same with other settings, for single requests
    missing: tuple[str, ...]  # models that do not exist, and so take no part

    @property
    def model_version(self) -> str:
        """The version of the bundle that ranks; `heuristic` where none was trained."""
        return self.hydrate.model_version


def build_engine(
    settings: Settings,
    wall: Callable[[], float] = time.time,
    log: EventLog | None = None,
    writes: bool = False,
) -> Engine:
    """An engine from what training left and what a log has added since.

    Args:
        wall: the wall clock, in unix seconds.
        writes: whether to record in the log by how much the clock is moved from now on.

    Raises:
        FeedError: the artifacts are damaged, or do not agree with this code or this data.
        InvalidSettingError: a setting names something that does not exist.
    """
    bundle = load_bundle(settings)
    state = remembered(settings, bundle, log)
    is_live = state.offset > 0 and not kept_world_time(settings.log_file)
    shift = shift_for(settings.clock, state, wall(), settings.max_age_hours, is_live)
    if shift != state.shift and writes and log is not None:
        write_shift(log, shift, int(wall() * MICROS))
        replay(state, log, settings.served_hours)
    else:
        state.advance(state.offset, shift)
    clock = Clock.of(settings.clock, state, wall)
    engine = assemble(settings, state, bundle, clock)
    logger.info("serving %s, %s clock", engine.model_version, clock.mode)
    if engine.missing:
        logger.warning("not there, so not used: %s", ", ".join(engine.missing))
    return engine


def assemble(
    settings: Settings,
    state: FeatureState,
    bundle: Bundle | None,
    clock: Clock,
    served_log: ConnectableServedLog | None = None,
    encoder: GrowingEncoder | None = None,
) -> Engine:
    """An engine around a state; products write served pages to `served_log`. Without an `encoder`
    everything in the state is encoded."""
    settings = with_safety_thresholds(with_time_scales(settings, bundle), bundle)
    served_log = served_log or ConnectableServedLog()
    if encoder is None:
        encoder = bundle.encode(state) if bundle else NullEncoder.of(state)
    ranker = choose_ranker(settings, state, encoder, bundle)
    products = assemble_products(settings, state, encoder, ranker, served_log)
    return Engine(
        settings=settings,
        state=state,
        bundle=bundle,
        encoder=encoder,
        clock=clock,
        hydrate=Hydrate(
            state,
            encoder,
            NeighborhoodCache(state),
            ViewerVectorCache(state, encoder),
            clock,
            bundle.version if bundle else "heuristic",
            settings.served_hours,
        ),
        served_log=served_log,
        who_to_follow=shared_stages.who_to_follow(state, encoder, settings),
        products=products,
        previews=Previews(settings, state, encoder, ranker, products, bundle),
        missing=_missing(bundle, encoder, ranker),
    )


def _missing(bundle: Bundle | None, encoder: GrowingEncoder, ranker: Ranker) -> tuple[str, ...]:
    if bundle is None:
        return ("bundle", "TwoTower", "HeavyRanker", "nsfw", "toxicity")
    missing = [name for name in HEADS if name not in bundle.manifest.heads]
    scores = {"nsfw": encoder.tweets.nsfw, "toxicity": encoder.tweets.toxicity}
    missing += [name for name, score in scores.items() if np.isnan(score).all()]
    return tuple(missing if isinstance(ranker, HeavyRanker) else ["HeavyRanker", *missing])
