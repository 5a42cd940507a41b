"""The feed when another fails: newest first, with as few parts as possible that could fail."""

from __future__ import annotations

from app.filters.one_per_thread import OnePerThread
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.products import shared_stages
from app.rankers.newest import Newest
from app.rescorers.safety import Safety
from app.selectors.top_k import TopK
from app.settings import Settings
from app.side_effects.remember_served import ServedLog
from app.sources.in_network import InNetwork
from app.sources.popular import Popular
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState


def fallback(
    state: FeatureState, encoder: Encoder, settings: Settings, served_log: ServedLog
) -> MixerPipeline:
    """Newest first; the same visibility filters as everywhere."""
    s, fresh_tweets = settings, shared_stages.fresh_tweets(state, settings)
    return MixerPipeline(
        candidates=[
            CandidatePipeline(
                InNetwork(fresh_tweets, s.source_half_life_hours), s.in_network_limit
            ),
            CandidatePipeline(Popular(fresh_tweets, s.source_half_life_hours), s.newcomer_limit),
        ],
        eligibility=shared_stages.eligibility(state, s),
        scoring=ScoringPipeline(
            ranker=Newest(state),
            rescorers=[Safety(encoder, s.nsfw_steps, s.toxicity_steps)],
        ),
        visibility=shared_stages.visibility(state, encoder, s),
        recheck=shared_stages.recheck(state, encoder, s),
        slate=[OnePerThread(state)],
        selector=TopK(),
        side_effects=[shared_stages.remember_served(served_log, s)],
    )
