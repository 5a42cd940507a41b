"""The For You feed, top to bottom."""

from __future__ import annotations

from app.filters.one_per_thread import OnePerThread
from app.gates.follows_few import FollowsFew
from app.pipeline.candidate_pipeline import CandidatePipeline
from app.pipeline.components import Ranker
from app.pipeline.mixer import MixerPipeline
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.products import shared_stages
from app.products.rules import budgeted
from app.rescorers.feedback_fatigue import FeedbackFatigue
from app.rescorers.out_of_network import OutOfNetwork as Strangers
from app.rescorers.recency import Recency
from app.rescorers.safety import Safety
from app.retrieval.co_engaged import CoEngaged
from app.settings import Settings
from app.side_effects.remember_served import ServedLog
from app.sources.explore import Explore
from app.sources.follow_recs import FollowRecs
from app.sources.graph import Graph
from app.sources.in_network import InNetwork
from app.sources.item_item import ItemItem
from app.sources.popular import Popular
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState


def for_you(
    state: FeatureState,
    encoder: Encoder,
    ranker: Ranker,
    settings: Settings,
    served_log: ServedLog,
) -> MixerPipeline:
    s, fresh_tweets = settings, shared_stages.fresh_tweets(state, settings)
    who = shared_stages.who_to_follow(state, encoder, settings)
    fade = settings.source_half_life_hours
    return MixerPipeline(
        candidates=[
            CandidatePipeline(
                InNetwork(fresh_tweets, fade),
                s.in_network_limit,
                share=s.in_network_share,
                present=True,
            ),
            CandidatePipeline(
                Graph(fresh_tweets, fade, s.min_social_proof, s.proof_hours),
                s.graph_limit,
                share=s.graph_share,
                present=True,
            ),
            CandidatePipeline(
                shared_stages.out_of_network(fresh_tweets, encoder, s),
                s.out_of_network_limit,
                share=s.out_of_network_share,
                present=True,
            ),
            CandidatePipeline(
                ItemItem(fresh_tweets, fade, CoEngaged(state, fresh_tweets)),
                s.item_item_limit,
                share=s.item_item_share,
            ),
            CandidatePipeline(
                FollowRecs(fresh_tweets, who, fade, s.follow_recs_people),
                s.follow_recs_limit,
                share=s.follow_recs_share,
            ),
            CandidatePipeline(
                Popular(fresh_tweets, fade),
                s.popular_limit,
                gates=[FollowsFew(s.popular_max_following)],
                share=0,  # fills up where the others have run dry
            ),
            CandidatePipeline(
                Explore(fresh_tweets, fade),
                s.explore_limit,
                share=0,
                reserved=s.explore_share,
            ),
        ],
        eligibility=shared_stages.eligibility(state, s),  # not own, too old, seen, blocked or muted
        scoring=ScoringPipeline(
            ranker=ranker,
            rescorers=[
                Safety(encoder, s.nsfw_steps, s.toxicity_steps),
                Recency(state, s.recency_half_life_hours, s.recency_floor),
                Strangers(s.out_of_network_factor),
                FeedbackFatigue(s.see_fewer_hours, s.fatigue_hours, s.fatigue_lowest),
            ],
        ),
        visibility=shared_stages.visibility(state, encoder, s),
        recheck=shared_stages.recheck(state, encoder, s),
        slate=[OnePerThread(state)],
        selector=budgeted(state, s),
        side_effects=[shared_stages.remember_served(served_log, s)],
    )
