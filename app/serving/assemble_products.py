"""The products that may be asked for, and those that answer in their place."""

from __future__ import annotations

from app.gates.follows_somebody import FollowsSomebody
from app.gates.has_taste import HasTaste
from app.pipeline.components import Ranker
from app.pipeline.product import ProductPipeline
from app.products.by_evidence import by_evidence
from app.products.discovery import discovery
from app.products.fallback import fallback
from app.products.following import following
from app.products.for_you import for_you
from app.products.newcomer import newcomer
from app.products.steered import steered
from app.products.without_profiling import without_profiling
from app.rankers.heavy import HeavyRanker
from app.serving.served_log import ConnectableServedLog
from app.settings import Settings
from ml.embeddings.encoder import GrowingEncoder
from ml.state.feature_state import FeatureState


def assemble_products(
    settings: Settings,
    state: FeatureState,
    encoder: GrowingEncoder,
    ranker: Ranker,
    served_log: ConnectableServedLog,
) -> dict[str, ProductPipeline]:
    """By the name that is asked for."""
    page = for_you(state, encoder, ranker, settings, served_log)
    known = discovery(page, state, encoder, settings)
    listwise = ranker.listwise if isinstance(ranker, HeavyRanker) else None
    nobody = newcomer(page, state, settings)
    if listwise is not None:
        page, known, nobody = (
            by_evidence(one, listwise, state, settings) for one in (page, known, nobody)
        )
    page, known, nobody = (steered(one, state) for one in (page, known, nobody))
    last = ProductPipeline(
        "fallback",
        steered(fallback(state, encoder, settings, served_log), state, rescored=False),
    )
    unknown = ProductPipeline("newcomer", nobody, fallback=last)
    alone = ProductPipeline(
        "discovery",
        known,
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
    chronological = ProductPipeline(
        "following",
        steered(following(state, encoder, settings, served_log), state, rescored=False),
        fallback=last,
    )
    alike = ProductPipeline(
        "without_profiling",
        steered(without_profiling(state, encoder, settings, served_log), state, rescored=False),
    )
    return {"for_you": personal, "following": chronological, "without_profiling": alike}
