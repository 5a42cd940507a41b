"""Why a tweet stands where it stands in a feed, or not at all: every number between."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.schemas.strict import Strict
from app.schemas.timeline import Answer, Placement, Safety


class ProposalView(Strict):
    source: str
    asked: bool
    """Whether its gates admit this viewer."""
    error: str | None
    limit: int
    """How many rows it may bring; where others left too few it was asked for more."""
    rows: int
    """How many it proposed: some beyond its limit, in place of rows that filters drop."""
    place: int | None
    """The place of the tweet among them, from 1; null where it did not propose it."""
    taken: bool
    """Whether the tweet took one of the places of this source."""
    share: float | None
    reserved: float


class VerdictView(Strict):
    filter: str
    stage: Literal["eligibility", "visibility"]
    hard: bool
    """Whether it holds whatever the tweet is worth: no change lets the tweet enter."""
    keeps: bool
    grounds: dict[str, bool | int | float | str | None]
    """On what values."""


class FeatureView(Strict):
    name: str
    value: float
    average: float | None
    """In training; null where nothing was trained."""
    spread: float | None
    """The standard deviation in training."""


class HeadView(Strict):
    """One predicted action."""

    name: str
    weight: float
    probability: float | None
    """Null where there was nothing to learn it from."""
    average: float | None
    """The mean probability of an impression."""
    adds: float
    """`weight` times `probability`, over the sum of all positive weights times averages."""
    log_odds: float | None
    log_odds_at_average: float | None
    """Of a tweet of which every feature is average."""
    of_features: dict[str, float]
    """What each feature adds to the log-odds; together the difference of the two, but for
    `error`."""
    error: float | None


class ValueView(Strict):
    """From the heads to the base score."""

    heads: float | None
    """The sum of what all heads add, and `folded`; null where no model ranks."""
    folded: float | None
    """What folding adds: it keeps the value above 0, so that no factor lifts a tweet."""
    evidence: dict[str, float]
    """What each piece adds to log x. Without a listwise stage that is the logarithm of `heads`."""
    log_value: float
    """log x: the sum of `evidence`."""
    base_score: float
    """x / (1 + x)."""


class FactorView(Strict):
    component: str
    factor: float
    beside_others: float
    """`factor` divided by that of a tweet which this component does not concern. No factor lifts:
    where more of something is asked for, its factor is 1, all else is worth half, and this is 2."""
    score: float
    """With this factor and those before it."""


class StageView(Strict):
    """One span of the trace, and what it did to the tweet."""

    stage: str
    component: str
    rows_in: int
    rows_out: int
    error: str | None
    kept: bool | None
    """Whether it kept the tweet; null where the tweet was not among its rows."""
    place: int | None
    """The place of the tweet from 1: of a source in what it proposed, then by the score so far."""


class ChangeView(Strict):
    """What would have to differ. All of it together lets the tweet enter: that was tried."""

    passes: list[str]
    """Filters that would have to let it pass; `filters` has on what values."""
    proposed_by: str | None
    """A source that would have to propose it before all else."""
    not_lowered_by: list[str]
    """Factors that would have to be 1, where no value is enough with them."""
    value_times: float
    """What x would have to be multiplied by; 1 where the tweet is worth enough as it is."""
    base_score: float
    score: float
    rank: int
    """Where it would stand on the page."""


class EnterView(Strict):
    """Null of both: no change was found."""

    hard_rules: list[str]
    """Where a hard rule holds, no change lets the tweet enter."""
    change: ChangeView | None


class Why(Answer):
    tweet_id: str
    author_id: str | None
    created_at: datetime | None
    text: str | None
    safety: Safety
    outcome: Literal["served", "ranked", "dropped", "beyond_limits", "not_proposed"]
    """On the page; further back; dropped by a filter; proposed by sources that had better rows; or
    proposed by none."""
    rank: int | None
    """In the whole feed, from 1."""
    rank_by_score: int | None
    """Among all rows that may be served, by score alone."""
    rows: int
    """In the whole feed."""
    placement: Placement | None
    """As in a timeline, also behind the page; null where the tweet is not in the feed."""
    dropped_by: str | None
    """The first filter that keeps it out."""
    in_favor_of: str | None
    """The tweet that stays in its place, where two cannot both."""
    proposals: list[ProposalView]
    filters: list[VerdictView]
    features: list[FeatureView]
    method: str | None
    """How `of_features` is computed."""
    heads: list[HeadView]
    value: ValueView
    factors: list[FactorView]
    score: float
    """The base score times every factor."""
    worth: float
    """x times every factor: what rules exchange rows by."""
    in_company: bool
    """Whether the tweet was scored among the others; else by itself, since none brought it."""
    stages: list[StageView]
    to_enter: EnterView | None
    """What would have to differ for it to enter the page; null where it is on it."""
