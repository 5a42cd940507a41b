"""What the people you follow wrote and what everybody reads, newest first; nothing else about you
counts (DSA, Article 38)."""

from __future__ import annotations

from app.filters.already_seen import AlreadySeen
from app.filters.own_tweets import OwnTweets
from app.filters.social_graph import SocialGraph
from app.filters.too_old import TooOld
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.mixer import MixerPipeline
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.products import shared_stages
from app.products.following import HALF_LIFE_HOURS
from app.rankers.newest import Newest
from app.selectors.top_k import TopK
from app.settings import Settings
from app.side_effects.remember_served import ServedLog
from app.sources.in_network import InNetwork
from app.sources.popular import Popular
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState


def without_profiling(
    state: FeatureState, encoder: Encoder, settings: Settings, served_log: ServedLog
) -> MixerPipeline:
    """Two people with the same follows, blocks and seen tweets get the same feed: neither tastes
    nor ties are read, nor whom somebody wanted to see less of. What hides tweets from everybody or
    at the viewer's own word (mutes, `no` and `only`, adult content) holds as everywhere."""
    s, fresh_tweets = settings, shared_stages.fresh_tweets(state, settings)
    return MixerPipeline(
        candidates=[
            CandidatePipeline(InNetwork(fresh_tweets, HALF_LIFE_HOURS), s.following_limit),
            CandidatePipeline(Popular(fresh_tweets, s.source_half_life_hours), s.popular_limit),
        ],
        eligibility=[
            OwnTweets(),
            TooOld(state, s.max_age_hours, s.fresh_at_least),
            AlreadySeen(state),
            SocialGraph(),
        ],
        scoring=ScoringPipeline(ranker=Newest(state)),
        visibility=shared_stages.visibility(state, encoder, s),
        recheck=shared_stages.recheck(state, encoder, s),
        selector=TopK(),
        side_effects=[shared_stages.remember_served(served_log, s)],
    )
