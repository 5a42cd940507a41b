"""The feed of a viewer who follows nobody, but whose taste is known."""

from __future__ import annotations

from dataclasses import replace

from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.products import shared_stages
from app.retrieval.co_engaged import CoEngaged
from app.settings import Settings
from app.sources.communities import Communities
from app.sources.item_item import ItemItem
from app.sources.popular import Popular
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState


def discovery(
    for_you: MixerPipeline, state: FeatureState, encoder: Encoder, settings: Settings
) -> MixerPipeline:
    """For You with out-of-network sources only."""
    s, fresh_tweets = settings, shared_stages.fresh_tweets(state, settings)
    fade = settings.source_half_life_hours
    return replace(
        for_you,
        candidates=[
            CandidatePipeline(
                shared_stages.out_of_network(fresh_tweets, encoder, s), s.out_of_network_limit
            ),
            CandidatePipeline(
                ItemItem(fresh_tweets, fade, CoEngaged(state, fresh_tweets)), s.item_item_limit
            ),
            CandidatePipeline(Communities(fresh_tweets, encoder, fade), s.communities_limit),
            CandidatePipeline(Popular(fresh_tweets, fade), s.popular_limit),
        ],
        selector=shared_stages.exploring(for_you.selector, state, s),
    )
