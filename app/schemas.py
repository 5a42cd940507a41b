"""What travels over HTTP. Ids live here and nowhere deeper: inside there are rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

# Spelt out, because to JSON Schema \w is ASCII alone: that, and the letters of other scripts.
ID_PATTERN: Final = r"^[0-9A-Za-z_.:@\u00c0-\u1fff\u2c00-\ud7ff\uf900-\uffdc-]{1,128}$"
MOST_TWEETS: Final = 100  # in a timeline
MOST_PEOPLE: Final = 100  # on one page
MOST_SCORED: Final = 1_000  # in one call


def _as_string(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


UserId = Annotated[str, Field(pattern=ID_PATTERN)]
TweetId = Annotated[str, Field(pattern=ID_PATTERN)]
Id = Annotated[
    str,
    BeforeValidator(_as_string),
    Field(pattern=ID_PATTERN),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": ID_PATTERN}, {"type": "integer"}]}),
]
Probability = float | None  # null where no model was trained


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class TimelineParameters(Strict):
    limit: Annotated[int, Field(ge=1, le=MOST_TWEETS)] = 10
    """How many tweets."""
    product: Literal["for_you", "following"] = "for_you"
    """Which feed: the best for this person, or everything by whom they follow, newest first."""
    explain: bool = False
    """Whether to add the trace: who did what, to how many rows, in what time."""


class NoParameters(Strict):
    """Nothing may be asked for in the URL."""


class FollowParameters(Strict):
    limit: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = 10
    """How many people."""


class PageParameters(Strict):
    limit: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = 20
    """How many."""
    cursor: Annotated[str | None, Field(pattern=r"^[0-9a-f]{8}$")] = None
    """Where to go on: the `next_cursor` of the page before."""


class ScoreRequest(Strict):
    user_id: Id
    tweet_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_SCORED)]


class Predictions(Strict):
    """The probability of each action, should the viewer see the tweet."""

    engagement: Probability
    like: Probability
    retweet: Probability
    reply: Probability
    follow: Probability
    negative: Probability
    report: Probability


class Similarities(Strict):
    """How near viewer and tweet are, in 0–1."""

    simclusters: float | None
    twhin: float | None
    realgraph: float | None


class Safety(Strict):
    """The probability that the tweet is adult content, or abuse."""

    nsfw: Probability
    toxicity: Probability


class ScoredTweet(Strict):
    tweet_id: str
    author_id: str | None
    created_at: datetime | None
    text: str | None
    score: float
    """`base_score` times every factor, in 0–1."""
    base_score: float
    """What the ranker makes of it: a half is an average impression."""
    predictions: Predictions
    similarities: Similarities
    safety: Safety
    factors: dict[str, float]
    """What each rescorer and diversifier multiplied the score by."""


class Item(ScoredTweet):
    rank: int
    sources: list[str]
    """Everybody who proposed it."""
    source: str
    """The first of them, whose share of the feed it counts for."""


class Appraisal(ScoredTweet):
    eligible: bool
    dropped_by: str | None
    """The first filter that would keep it out of a timeline."""


class Span(Strict):
    stage: str
    component: str
    rows_in: int
    rows_out: int
    micros: int
    error: str | None


class Answer(Strict):
    request_id: str
    user_id: str
    product: str
    served_by: str
    """The product that really answered."""
    missing: list[str]
    """What was not used: a source that failed, a model that is not there."""
    model_version: str
    as_of: datetime


class Timeline(Answer):
    source_distribution: dict[str, int]
    items: list[Item]
    next_cursor: None = None
    trace: list[Span] | None = None
    """Only where `explain` was asked for."""


class ScoreResponse(Answer):
    items: list[Appraisal]
    unknown: list[str]
    """The ids that belong to no tweet."""


class Reasons(Strict):
    """What each reason contributes to the score; they add up to it."""

    friends: float
    """People whom the viewer follows follow them."""
    follows_you: float
    """They follow the viewer."""
    taste: float
    """They are near the viewer's taste."""
    newly_joined: float
    """They have joined lately."""
    popular: float
    """Many follow them."""


class FollowRecommendation(Strict):
    user_id: str
    score: float
    """How much there is to recommend them, in 0–1."""
    reasons: Reasons
    followed_by: list[str]
    """Some of the people whom the viewer follows and who follow them, the closest first."""


class FollowRecommendations(Strict):
    items: list[FollowRecommendation]


class UserView(Strict):
    user_id: str
    name: str | None
    created_at: datetime | None
    sensitive_ok: bool
    """They asked to see adult content."""
    followers: int
    following: int
    tweets: int


class UserPage(Strict):
    items: list[UserView]
    next_cursor: str | None
    """Null on the last page."""


class TweetView(Strict):
    tweet_id: str
    author_id: str | None
    created_at: datetime | None
    text: str | None
    topic: str | None
    conversation_id: str
    is_reply: bool
    nsfw: bool | None
    """As declared; null where nobody said."""
    toxic: bool | None


class ComponentView(Strict):
    name: str
    about: str
    settings: dict[str, JsonValue]


class CandidateView(Strict):
    source: ComponentView
    limit: int
    gates: list[ComponentView]


class ProductView(Strict):
    """One page, in the order in which it runs."""

    name: str
    gates: list[ComponentView]
    otherwise: str | None
    """Who answers those whom a gate keeps out."""
    fallback: str | None
    """Who answers where this one fails."""
    candidates: list[CandidateView]
    eligibility: list[ComponentView]
    ranker: ComponentView
    rescorers: list[ComponentView]
    diversifiers: list[ComponentView]
    visibility: list[ComponentView]
    slate: list[ComponentView]
    selector: ComponentView


class PresetView(Strict):
    name: str
    about: str
    weights: dict[str, float]
    """Of the predicted probability of each action, by head."""
    per_average: bool
    """The weights are what an average impression contributes, whatever the head's base rate."""
    untrained: list[str]
    """Heads with a weight here for which there was nothing to learn from."""
    without_head: dict[str, float]
    """What its source weighs besides, and nothing here predicts."""


class ProductsView(Strict):
    asked: dict[str, str]
    """What may be asked for as `product`, and who answers first."""
    products: list[ProductView]
    preset: str
    weights: dict[str, float]
    """The weights in use, per predicted probability."""
    presets: list[PresetView]


class Window(Strict):
    """Which tweets are fresh enough to be shown."""

    max_age_hours: float
    oldest: datetime
    tweets: int
    widened: bool
    """Too few were young enough, so the newest were taken."""


class Alive(Strict):
    status: Literal["alive"] = "alive"


class Ready(Strict):
    status: Literal["ready"] = "ready"
    clock: Literal["wall", "world", "frozen"]
    as_of: datetime
    model_version: str
    ranker: str
    missing: list[str]
    """Models that are not there."""
    not_in_data: list[str]
    """What the tables lacked when the models were trained."""
    users: int
    tweets: int
    window: Window


class FieldProblem(Strict):
    where: str
    detail: str


class Problem(Strict):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None
