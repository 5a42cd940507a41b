"""The composition root: everything that serves, put together on one screen."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.follow_recommendations.recommender import FollowRecommender
from app.gates.follows_somebody import FollowsSomebody
from app.gates.has_taste import HasTaste
from app.pipeline.components import Ranker
from app.pipeline.product import ProductPipeline
from app.products import shared_stages
from app.products.discovery import discovery
from app.products.fallback import fallback
from app.products.following import following
from app.products.for_you import for_you
from app.products.newcomer import newcomer
from app.products.presets import PRESETS
from app.rankers.fusion import Fusion
from app.rankers.heavy import HeavyRanker
from app.rankers.heuristic import Heuristic
from app.serving.clock import Clock
from app.serving.hydrate import Hydrate
from app.serving.null_encoder import NullEncoder
from app.serving.restore_state import recall, replay
from app.serving.snapshots import Snapshots
from app.serving.viewer_vector_cache import ViewerVectorCache
from app.settings import InvalidSettingError, Settings
from ml.bundle import Bundle, load, load_state, state_fingerprint, state_source
from ml.embeddings.encoder import GrowingEncoder
from ml.event_log.port import EventLog
from ml.heads import NAMES as HEADS
from ml.state.feature_state import FeatureState
from ml.state.updates.retention import retain

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """All that a request needs."""

    settings: Settings
    state: FeatureState
    bundle: Bundle | None
    encoder: GrowingEncoder
    clock: Clock
    hydrate: Hydrate
    who_to_follow: FollowRecommender
    products: Mapping[str, ProductPipeline]  # what may be asked for, by name
    missing: tuple[str, ...]  # models that are not there, and so took no part

    @property
    def model_version(self) -> str:
        """Of the bundle that ranks; `heuristic` where none was trained."""
        return self.hydrate.model_version


def build_engine(
    settings: Settings,
    wall: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    log: EventLog | None = None,
    agree: Callable[[float], float] = float,
) -> Engine:
    """Everything that training left, and a log has added since, put to work.

    Raises:
        FeedError: the artifacts are damaged, or do not agree with this code or this data.
        InvalidSettingError: a setting names something that does not exist.
    """
    bundle = load(settings.artifacts, settings.bundle)
    state = remembered(settings, bundle, log)
    newest = max(state.newest, int(state.tweets.created_at.max(initial=0)))
    clock = Clock.of(settings.clock, newest, settings.max_age_hours, wall, monotonic, agree)
    engine = assemble(settings, state, bundle, clock)
    logger.info("serving %s, %s clock", engine.model_version, clock.mode)
    if engine.missing:
        logger.warning("not there, so not used: %s", ", ".join(engine.missing))
    return engine


def remembered(settings: Settings, bundle: Bundle | None, log: EventLog | None) -> FeatureState:
    """What training left, and what the log has added since; from the last snapshot, if any."""
    if log is None:
        return recall(settings.artifacts, settings.data_dir, bundle)
    base = state_fingerprint(settings.artifacts) or "tables"
    state = Snapshots.of(settings.log_file).newest(base, log) if bundle else None
    state = state or recall(settings.artifacts, settings.data_dir, bundle)
    state.set_false_positives(settings.seen_false_positives)
    replay(state, log)
    return state


def write_snapshot(settings: Settings, log: EventLog) -> bool:
    """Read what has come since the last snapshot, and write the next; False where there is
    nothing new, or another process is at it."""
    base, source = state_fingerprint(settings.artifacts), state_source(settings.artifacts)
    if base is None or source is None:
        return False
    snapshots = Snapshots.of(settings.log_file)
    state = snapshots.newest(base, log) or load_state(settings.artifacts)
    if state is None or state.offset == log.end:
        return False
    erased = state.users.erased_at.copy()
    replay(state, log)
    written = snapshots.write(state, base, source, log)
    if not np.array_equal(erased, state.users.erased_at):
        log.compact()  # whoever left is to leave the log as well
    return written


def forget(engine: Engine) -> None:
    """Let go of what is older than the retention."""
    s, state = engine.settings, engine.state
    kept = retain(state, engine.clock.now(), s.retention_hours, s.fresh_at_least)
    if kept.moved:
        engine.encoder.keep(state, kept.tweet)
        engine.hydrate.just_served.forget()
    state.touch(np.empty(0, np.int32))


def rebuild(engine: Engine) -> Engine:
    """The same state and clock, with the bundle that is now the current one, or the one named.

    Raises:
        BundleError: it is not fit to serve.
    """
    bundle = load(engine.settings.artifacts, engine.settings.bundle)
    built = assemble(engine.settings, engine.state, bundle, engine.clock)
    hydrate = replace(built.hydrate, just_served=engine.hydrate.just_served)
    return replace(built, hydrate=hydrate)


def assemble(
    settings: Settings, state: FeatureState, bundle: Bundle | None, clock: Clock
) -> Engine:
    """Every part meets what it needs here."""
    encoder: GrowingEncoder
    encoder = bundle.encode(state) if bundle else NullEncoder.of(state)
    ranker = _ranker(settings, state, encoder, bundle)
    page = for_you(state, encoder, ranker, settings)
    last = ProductPipeline("fallback", fallback(state, encoder, settings))
    unknown = ProductPipeline("newcomer", newcomer(page, state, encoder, settings), fallback=last)
    alone = ProductPipeline(
        "discovery",
        discovery(page, state, encoder, settings),
        gates=[HasTaste(state)],
        otherwise=unknown,
        fallback=last,
    )
    personal = ProductPipeline(
        "for_you" if isinstance(ranker, HeavyRanker) else "heuristic",
        page,
        gates=[FollowsSomebody()],
        otherwise=alone,
        fallback=last,
    )
    chronological = ProductPipeline("following", following(state, encoder, settings), fallback=last)
    return Engine(
        settings=settings,
        state=state,
        bundle=bundle,
        encoder=encoder,
        clock=clock,
        hydrate=Hydrate(
            state,
            encoder,
            ViewerVectorCache(state, encoder),
            clock,
            bundle.version if bundle else "heuristic",
            settings.served_hours,
        ),
        who_to_follow=shared_stages.who_to_follow(state, encoder, settings),
        products={"for_you": personal, "following": chronological},
        missing=_missing(bundle, encoder, ranker),
    )


def _ranker(
    settings: Settings, state: FeatureState, encoder: GrowingEncoder, bundle: Bundle | None
) -> Ranker:
    """The trained model, or the hand-written formula where no welcome action was learned."""
    preset = PRESETS.get(settings.preset)
    if preset is None:
        raise InvalidSettingError(
            f"FORYOU_PRESET={settings.preset!r}: there is no such preset; "
            f"expected one of {', '.join(PRESETS)}"
        )
    if bundle:
        means = {name: card.mean for name, card in bundle.manifest.heads.items()}
        if "engagement" in means:  # is what the head of the embeddings predicts by itself
            means["similarity"] = means["engagement"]
        fusion = Fusion(preset.resolve(means) | settings.weights, means)
        if fusion.average > 0:
            return HeavyRanker(state, encoder, bundle.predict, fusion)
    return Heuristic(state, encoder)


def _missing(bundle: Bundle | None, encoder: GrowingEncoder, ranker: Ranker) -> tuple[str, ...]:
    if bundle is None:
        return ("bundle",)
    missing = [name for name in HEADS if name not in bundle.manifest.heads]
    scores = {"nsfw": encoder.tweets.nsfw, "toxicity": encoder.tweets.toxicity}
    missing += [name for name, score in scores.items() if np.isnan(score).all()]
    return tuple(missing if isinstance(ranker, HeavyRanker) else ["HeavyRanker", *missing])
