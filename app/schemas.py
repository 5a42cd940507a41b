"""What travels over HTTP. Ids live here and nowhere deeper: inside there are rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)
from pydantic_core import ErrorDetails

from ml.schema import BY_LABEL, ON_USERS, Action

# Spelt out, because to JSON Schema \w is ASCII alone: that, and the letters of other scripts.
ID_PATTERN: Final = r"^[0-9A-Za-z_.:@\u00c0-\u1fff\u2c00-\ud7ff\uf900-\uffdc-]{1,128}$"
ID_WORDS: Final = "an id: up to 128 letters, digits, or any of _ . : @ -"
MOST_TWEETS: Final = 100  # in a timeline
MOST_PEOPLE: Final = 100  # on one page
MOST_SCORED: Final = 1_000  # in one call
MOST_WRITTEN: Final = 1_000  # in one call
LONGEST_TEXT: Final = 10_000  # characters
LONGEST_NAME: Final = 200
LATEST: Final = 4_102_444_800  # 2100-01-01, in unix seconds
MOST_WORDS: Final = 64
MOST_ID: Final = 128
CURSOR_PATTERN: Final = r"^[0-9A-Za-z_=-]{1,512}$"


def _as_string(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_moment(value: object) -> object:
    if isinstance(value, str) and "-" in value:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST:
        return datetime.fromtimestamp(value, UTC)
    raise ValueError(f"expected RFC 3339, or unix seconds from 0 to {LATEST}")


def _as_flag(value: object) -> object:
    return bool(value) if type(value) is int and value in (0, 1) else value


UserId = Annotated[str, Field(pattern=ID_PATTERN)]
TweetId = Annotated[str, Field(pattern=ID_PATTERN)]
Id = Annotated[
    str,
    BeforeValidator(_as_string),
    Field(pattern=ID_PATTERN),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": ID_PATTERN}, {"type": "integer"}]}),
]
Probability = float | None  # null where no model was trained
Moment = Annotated[
    Annotated[
        datetime,
        BeforeValidator(_as_moment),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "format": "date-time"},
                    {"type": "number", "minimum": 0, "maximum": LATEST},
                ]
            }
        ),
    ]
    | None,
    Field(description="RFC 3339, or unix seconds; now, if nothing is said."),
]
Words = Annotated[
    list[Annotated[str, Field(max_length=LONGEST_NAME)]] | None, Field(max_length=MOST_WORDS)
]
Flag = Annotated[
    Annotated[
        bool,
        Field(strict=True),
        BeforeValidator(_as_flag),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}]}),
    ]
    | None,
    Field(description="True or false, or 1 or 0."),
]
IMPRESSION: Final = Action.IMPRESSION.label
ABOUT_USERS: Final = frozenset(action.label for action in ON_USERS)
ACTIONS: Final = (*BY_LABEL, IMPRESSION)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class AfterParameters(Strict):
    after_offset: Annotated[int | None, Field(ge=0, le=2**53)] = None
    """Answer only once all up to this `offset` of a write has had its effect."""


class TimelineParameters(AfterParameters):
    limit: Annotated[int, Field(ge=1, le=MOST_TWEETS)] = 10
    """How many tweets."""
    product: Literal["for_you", "following"] = "for_you"
    """Which feed: the best for this person, or everything by whom they follow, newest first."""
    explain: bool = False
    """Whether to add the trace: who did what, to how many rows, in what time."""
    cursor: Annotated[str | None, Field(pattern=CURSOR_PATTERN)] = None
    """Where to go on: the `next_cursor` of the page before, which says the product as well."""


class NoParameters(Strict):
    """Nothing may be asked for in the URL."""


class FollowParameters(AfterParameters):
    limit: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = 10
    """How many people."""


class PageParameters(AfterParameters):
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
    next_cursor: str | None = None
    """Where the next page begins; null on the last. It is good for half an hour."""
    exhausted: bool = False
    """There was not enough that this person had not seen."""
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


class UserIn(Strict):
    """A row of the table `users`, without its id."""

    name: Annotated[str | None, Field(max_length=LONGEST_TEXT)] = None
    created_at: Moment = None
    interests: Words = None
    sensitive_ok: Flag = None


class TweetIn(Strict):
    """A row of the table `tweets`, without its id."""

    author_id: Id | None
    created_at: Moment = None
    text: Annotated[str | None, Field(max_length=LONGEST_TEXT)] = None
    topic: Annotated[str | None, Field(max_length=LONGEST_NAME)] = None
    has_media: Flag = None
    hashtags: Words = None
    in_reply_to_id: Id | None = None
    conversation_id: Id | None = None
    nsfw: Flag = None
    toxic: Flag = None


class UserRow(UserIn):
    user_id: Id


class TweetRow(TweetIn):
    tweet_id: Id


def _known_action(name: str) -> str:
    if name not in ACTIONS:
        raise ValueError(f"there is no action {name!r}; expected one of {' '.join(ACTIONS)}")
    return name


class EventIn(Strict):
    """Something that somebody did."""

    event_id: Id
    action: Annotated[str, AfterValidator(_known_action)]
    user_id: Id
    tweet_id: Id | None = None
    target_user_id: Id | None = None
    created_at: Moment = None
    value: Annotated[float | None, Field(allow_inf_nan=False)] = None
    request_id: Id | None = None
    position: Annotated[int | None, Field(ge=0, le=100_000)] = None

    @model_validator(mode="after")
    def _names_what_it_is_about(self) -> EventIn:
        if self.action in ABOUT_USERS:
            if self.target_user_id is None:
                raise ValueError(f"{self.action} needs a target_user_id")
            if self.target_user_id == self.user_id:
                raise ValueError(f"nobody can {self.action} themselves")
        elif self.tweet_id is None:
            raise ValueError(f"{self.action} needs a tweet_id")
        elif self.target_user_id is not None:
            raise ValueError(f"{self.action} is about a tweet, so it has no target_user_id")
        if self.action == IMPRESSION and self.request_id is None:
            raise ValueError("an impression needs the request_id of the timeline it was part of")
        return self


class Unfit(NamedTuple):
    """An item of a batch that cannot be taken; its neighbours can."""

    name: str | None
    problem: str


def _each_by_itself(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """An unfit item is an answer, not a reason to refuse the batch."""
    try:
        return handler(value)
    except ValidationError as error:
        return Unfit(_named(value), "; ".join(map(_why, error.errors())))


def _named(value: object) -> str | None:
    if isinstance(value, dict):
        for key in ("event_id", "user_id", "tweet_id"):
            if isinstance(value.get(key), str | int):
                return str(value[key])[:MOST_ID]
    return None


def _why(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"]))
    what = error["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what


def _loosely(about: str, example: dict[str, object]) -> WithJsonSchema:
    """Anything may be sent: each item is judged by itself, and the answer says how."""
    return WithJsonSchema({"description": about, "examples": [example]})


Judged = WrapValidator(_each_by_itself)


class EventsRequest(Strict):
    events: Annotated[
        list[
            Annotated[
                EventIn,
                Judged,
                _loosely(
                    "`event_id`, `action`, `user_id`, and `tweet_id` or `target_user_id`; may "
                    "have `created_at`, `value`, `request_id` and `position`. Each is judged by "
                    "itself.",
                    {"event_id": "e1", "action": "like", "user_id": "1", "tweet_id": "1"},
                ),
            ]
        ],
        Field(min_length=1, max_length=MOST_WRITTEN),
    ]


class UsersRequest(Strict):
    users: Annotated[
        list[
            Annotated[
                UserRow,
                Judged,
                _loosely(
                    "A row of the table `users`. Each is judged by itself.",
                    {"user_id": "1001", "name": "Ada", "interests": ["science"]},
                ),
            ]
        ],
        Field(min_length=1, max_length=MOST_WRITTEN),
    ]


class TweetsRequest(Strict):
    tweets: Annotated[
        list[
            Annotated[
                TweetRow,
                Judged,
                _loosely(
                    "A row of the table `tweets`. Each is judged by itself.",
                    {"tweet_id": "10001", "author_id": "1", "text": "Good morning"},
                ),
            ]
        ],
        Field(min_length=1, max_length=MOST_WRITTEN),
    ]


class EventResult(Strict):
    event_id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    problem: str | None = None
    """Why it was rejected."""


class RowResult(Strict):
    """Of each row, in the order sent."""

    status: Literal["accepted", "rejected"]
    problem: str | None = None
    """Why it was rejected."""


class Written(Strict):
    """On disk. Its effect follows in a moment; whoever must not miss it asks with
    `?after_offset=`."""

    offset: int


class EventsWritten(Written):
    results: list[EventResult]


class RowsWritten(Written):
    results: list[RowResult]


class Serving(Strict):
    model_version: str
    """The bundle that is served from now on."""


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
