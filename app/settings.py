"""All settings, each with its bounds and a sentence: `FORYOU_<NAME>`."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import Annotated, Literal

from pydantic import Field

from app.process_settings import PREFIX, ProcessSettings
from app.setting_values import (
    Factor,
    HeadWeights,
    Hours,
    Limit,
    RulePrices,
    Share,
    Steps,
)

__all__ = ["PREFIX", "InvalidSettingError", "Settings"]


class InvalidSettingError(Exception):
    """A setting is not what it should be."""


class Settings(ProcessSettings):
    """Read from the environment; frozen from the start on."""

    preset: str = "balanced"
    """What each action is worth: `balanced`, `seed`, `twitter-2023` or `x-2026`."""
    weights: HeadWeights = {}
    """Weights of single heads in place of the preset's, per predicted probability, such as
    `{"reply": 5}`."""
    max_age_hours: Hours = 168
    """The freshness window: older tweets are not shown. Unless it is set, training derives it from
    the ages at which people engage; the default is that of a service without a model."""
    fresh_at_least: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Where fewer tweets are inside the window, the newest so many are."""

    in_network_limit: Limit = 200
    """Candidates by people the viewer follows, at most."""
    following_limit: Limit = 1_000
    """Candidates in the product `following`, which has no other source, at most."""
    graph_limit: Limit = 100
    """Candidates that the viewer's followees engaged with, at most."""
    out_of_network_limit: Limit = 100
    """Candidates near the viewer's taste, at most."""
    latest_share: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """The share of out-of-network candidates that is near the latest engagements alone."""
    latest_engagements: Annotated[int, Field(ge=1, le=64)] = 3
    """How many engagements `FORYOU_LATEST_SHARE` counts as the latest."""
    latest_hours: Hours = 48
    """How long an engagement counts as one of the latest; unless it is set, four times
    `FORYOU_SOURCE_HALF_LIFE_HOURS` of a trained model."""
    item_item_limit: Limit = 50
    """Candidates that go with what the viewer engaged with, at most."""
    communities_limit: Limit = 50
    """Candidates from the viewer's communities, at most."""
    popular_limit: Limit = 50
    """Candidates that everybody engages with, at most."""
    evidence_limit: Limit = 300
    """Candidates of ItemItem, and of MostPopular, at most, where a listwise stage ranks."""
    popular_max_following: Annotated[int, Field(ge=0, le=10_000)] = 10
    """Viewers who follow at most this many people are also offered popular tweets."""
    newcomer_limit: Annotated[int, Field(ge=1, le=5_000)] = 300
    """Popular candidates for viewers with no history, at most."""
    min_social_proof: Annotated[int, Field(ge=1, le=100)] = 1
    """How many followees must have engaged with a candidate of Graph."""
    proof_hours: Hours = 168
    """How long a followee's engagement counts for a candidate of Graph; unless it is set, the
    freshness window of a trained model."""
    source_half_life_hours: Hours = 12
    """How fast tweets fade while candidates are gathered. Unless it is set, training takes the
    median age at which people engage; the default is that of a service without a model."""

    follow_recs_limit: Limit = 50
    """Candidates by people whom the viewer might want to follow, at most."""
    follow_recs_people: Annotated[int, Field(ge=1, le=100)] = 10
    """How many people to follow are recommended as authors of candidates, at most."""
    friends_weight: Share = 0.25
    """The weight of followees who follow a person, when recommending whom to follow."""
    follows_you_weight: Share = 0.10
    """The weight of a person following the viewer, when recommending whom to follow."""
    taste_weight: Share = 0.20
    """The weight of nearness to the viewer's taste, when recommending whom to follow."""
    newly_joined_weight: Share = 0.20
    """The weight of having joined lately, when recommending whom to follow."""
    popular_weight: Share = 0.25
    """The weight of having many followers, when recommending whom to follow."""
    newly_joined_half_life_hours: Hours = 720
    """The half-life of having joined lately, when recommending whom to follow."""
    newcomer_exploration: Share = 0.5
    """The share of tweets, but for the best three, that wait by chance until others were shown, so
    that not all newcomers see the same; less with all that they do."""
    explore_limit: Limit = 10
    """Candidates on a topic that the viewer may have come to like, at most."""

    nsfw_steps: Steps = ((0.8, 0.1), (0.2, 0.7))
    """Above a probability of NSFW scores are multiplied by a factor; the highest step counts."""
    toxicity_steps: Steps = ((0.7, 0.1), (0.2, 0.8))
    """Above a probability of toxicity scores are multiplied by a factor; the highest counts."""
    recency_half_life_hours: Hours = 720
    """The time in which a score halves. Unless it is set, a trained model's scores do not fade,
    because the ranker knows the age; the default is that of a service without a model."""
    recency_floor: Share = 0.25
    """What a tweet keeps of its score however old it is."""
    out_of_network_factor: Factor = 0.85
    """What the score of a tweet by somebody the viewer does not follow is multiplied by."""
    see_fewer_hours: Hours = 336
    """How long no tweet is shown by an author of whom the viewer wants to see less."""
    fatigue_hours: Hours = 3_360
    """How long tweets of such an author are worth less after that time, in four steps."""
    fatigue_lowest: Factor = 0.2
    """The factor of the first step of `FORYOU_FATIGUE_HOURS`."""
    hide_orphaned_replies: bool = True
    """Whether a reply is hidden where what it answers is deleted, or by somebody whom a block in
    either direction or the viewer's mute keeps away."""
    unsafe_nsfw: Factor = 0.3
    """From this probability on hidden as NSFW, unless allowed; unset, a model's own counts."""
    unsafe_toxicity: Factor = 0.3
    """From this probability on hidden as toxic; unset, a trained model's own threshold counts."""
    unsafe_though_denied: Factor = 0.95
    """Tweets declared to be neither NSFW nor toxic are hidden from this probability on."""

    rules: Literal["best", "balanced", "varied"] = "balanced"
    """How far the order of the value gives way to rules: `best` is not at all."""
    budget: Share | None = None
    """What ten places may lose of their value to rules, in place of that of `FORYOU_RULES`."""
    prices: RulePrices = {}
    """What single rules pay at most, of the value of ten places, such as `{"topic": 0.01}`."""
    in_network_share: Share = 0.50
    """The share of places for people the viewer follows, where `share` has a price."""
    graph_share: Share = 0.15
    """The share of places for what the viewer's followees engaged with."""
    out_of_network_share: Share = 0.35
    """The share of places for strangers near the viewer's taste."""
    item_item_share: Share = 0.1
    """The share of places for what goes with what the viewer engaged with."""
    follow_recs_share: Share = 0.05
    """The share of places for people whom the viewer might want to follow."""
    explore_share: Share = 0.10
    """The share of places kept, at their price, for what the viewer may have come to like."""

    @cached_property
    def fingerprint(self) -> str:
        """A hash that is equal for equal settings, whatever the secrets."""
        secrets = {"api_key", "read_key", "token_secret", "log"}  # a URL may hold a password
        values = self.model_dump_json(exclude=secrets)
        return blake2b(values.encode(), digest_size=6).hexdigest()
