"""The parts that every feed shares."""

from __future__ import annotations

from app.filters.already_seen import AlreadySeen
from app.filters.audience import Audience
from app.filters.deleted import Deleted
from app.filters.hidden_parent import HiddenParent
from app.filters.muted import Muted
from app.filters.own_tweets import OwnTweets
from app.filters.see_fewer import SeeFewer
from app.filters.social_graph import SocialGraph
from app.filters.too_old import TooOld
from app.filters.unsafe import Unsafe
from app.follow_recommendations.reasons import Weights
from app.follow_recommendations.recommender import FollowRecommender
from app.pipeline.components import Filter, Selector
from app.retrieval.fresh_tweets import FreshTweets
from app.selectors.exploration import Exploration
from app.settings import Settings
from app.side_effects.remember_served import RememberServed, ServedLog
from app.sources.out_of_network import OutOfNetwork
from ml.embeddings.encoder import Encoder
from ml.state.feature_state import FeatureState


def eligibility(state: FeatureState, settings: Settings) -> list[Filter]:
    """Which tweets may be candidates, cheap questions first."""
    return [
        OwnTweets(),
        TooOld(state, settings.max_age_hours, settings.fresh_at_least),
        AlreadySeen(state),
        SocialGraph(),
        SeeFewer(settings.see_fewer_hours),
    ]


def visibility(state: FeatureState, encoder: Encoder, settings: Settings) -> list[Filter]:
    """Which tweets may be shown; where one of these fails, nothing is."""
    return [
        Deleted(state),
        Audience(state),
        HiddenParent(state, settings.hide_orphaned_replies),
        Unsafe(
            state,
            encoder,
            settings.unsafe_nsfw,
            settings.unsafe_toxicity,
            settings.unsafe_though_denied,
        ),
        Muted(state),
    ]


def exploring(selector: Selector, state: FeatureState, settings: Settings) -> Exploration:
    """The same for viewers of whom little may be known."""
    return Exploration(selector, state, settings.newcomer_exploration)


def recheck(state: FeatureState, encoder: Encoder, settings: Settings) -> list[Filter]:
    """Filters that are applied again to later pages: their answer may have changed."""
    return [*visibility(state, encoder, settings), SocialGraph()]


def remember_served(served_log: ServedLog, settings: Settings) -> RememberServed:
    """The side effect of every product that serves."""
    return RememberServed(served_log, settings.fingerprint, settings.impressions == "served")


def who_to_follow(state: FeatureState, encoder: Encoder, settings: Settings) -> FollowRecommender:
    """The recommender of people to follow, with its weights from the settings."""
    s = settings
    weights = Weights(
        friends=s.friends_weight,
        follows_you=s.follows_you_weight,
        taste=s.taste_weight,
        newly_joined=s.newly_joined_weight,
        popular=s.popular_weight,
    )
    return FollowRecommender(state, encoder, weights, s.newly_joined_half_life_hours)


def out_of_network(fresh_tweets: FreshTweets, encoder: Encoder, settings: Settings) -> OutOfNetwork:
    """Strangers near the viewer's taste, and near what they did last."""
    s = settings
    return OutOfNetwork(
        fresh_tweets,
        encoder,
        s.source_half_life_hours,
        s.latest_engagements,
        s.latest_hours,
        s.latest_share,
    )


def fresh_tweets(state: FeatureState, settings: Settings) -> FreshTweets:
    """The fresh tweets that sources choose from."""
    return FreshTweets(state, settings.max_age_hours, settings.fresh_at_least)
