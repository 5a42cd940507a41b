"""The feed, with every number that made its order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import create_model

from app.schemas.strict import Strict
from app.schemas.values import Probability
from ml.heads import NAMES as HEADS

if TYPE_CHECKING:

    class Predictions(Strict):
        """The probability of each action, should the viewer see the tweet."""

        def __init__(self, **probabilities: float | None) -> None: ...

else:
    Predictions = create_model(
        "Predictions",
        __base__=Strict,
        __doc__="The probability of each action, should the viewer see the tweet.",
        __module__=__name__,
        **dict.fromkeys(HEADS, (Probability, ...)),
    )


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
    """The score by the ranker alone: a half is an average impression."""
    predictions: Predictions
    similarities: Similarities
    safety: Safety
    factors: dict[str, float]
    """What each rescorer multiplied the score by."""


class Placement(Strict):
    """Why a tweet stands where it stands."""

    reason: Literal["best", "share", "reserved", "filled", "moved"]
    """`best`: one of the ten best that were left. `share`: it brings a source that would be absent,
    or its share. `reserved`: it has a place kept for exploration. `filled`: it replaces a third
    tweet by one author, or brings a topic. `moved`: one of these has its earlier place."""
    rule: Literal["source", "share", "reserved", "author", "topic"] | None
    """The rule that brought it, as the trace has it; null where it is `best` or `moved`."""
    cost: float
    """What it is worth less than the tweet that it replaced, over what ten places are worth."""


class RuleCost(Strict):
    """What a rule has on a page."""

    rows: int
    cost: float


class Item(ScoredTweet):
    rank: int
    sources: list[str]
    """Every source that proposed it."""
    source: str
    """The first source that proposed it, whose share of the feed it counts for."""
    placement: Placement | None = None
    """On a later page as it was when the first was made; null where an older version made that."""
    evidence: dict[str, float] | None = None
    """What each piece of evidence adds to log(x), where base_score is x / (1 + x); only where
    `explain` was asked for, and a listwise stage was trained."""


class Span(Strict):
    stage: str
    component: str
    rows_in: int
    rows_out: int
    micros: int
    error: str | None
    rules: dict[str, RuleCost] | None = None
    """Of the selector: what each rule that brought a tweet bought and cost."""


class Answer(Strict):
    request_id: str
    user_id: str
    product: str
    served_by: str
    """The product that really answered."""
    missing: list[str]
    """What was not used: a source that failed, a model that is not there; `EventLog` while it
    cannot be reached, so that what happens has no effect yet."""
    model_version: str
    as_of: datetime


class Timeline(Answer):
    source_distribution: dict[str, int]
    items: list[Item]
    next_cursor: str | None = None
    """Where the next page begins; null on the last. It is good for half an hour. Where it is null
    and not all is `exhausted`, ask for a new timeline."""
    exhausted: bool = False
    """Whether the next new timeline would be empty: nothing is left that may be shown."""
    trace: list[Span] | None = None
    """Only where `explain` was asked for."""
