"""Everything by the people you follow, newest first: no model, no shares, no opinion."""

from __future__ import annotations

from typing import Final

from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.products import shared_stages
from app.rankers.newest import Newest
from app.selectors.top_k import TopK
from app.settings import Settings
from app.side_effects.remember_served import ServedLog
from app.sources.in_network import InNetwork
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState

HALF_LIFE_HOURS: Final = 1e-6  # fading so fast that no tie makes up for being older


def following(
    state: FeatureState, encoder: Encoder, settings: Settings, served_log: ServedLog
) -> MixerPipeline:
    fresh_tweets = shared_stages.fresh_tweets(state, settings)
    return MixerPipeline(
        candidates=[
            CandidatePipeline(InNetwork(fresh_tweets, HALF_LIFE_HOURS), settings.following_limit)
        ],
        eligibility=shared_stages.eligibility(state, settings),
        scoring=ScoringPipeline(ranker=Newest(state)),
        visibility=shared_stages.visibility(state, encoder, settings),
        recheck=shared_stages.recheck(state, encoder, settings),
        selector=TopK(),
        side_effects=[shared_stages.remember_served(served_log, settings)],
    )
