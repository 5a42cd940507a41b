"""Explanations as responses, with ids in place of rows. Numbers keep nine digits: they add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final, Literal

import numpy as np

from app.api import placements
from app.api.serializers import answered, stated
from app.pipeline.batch import CandidateBatch
from app.pipeline.components import Relative
from app.pipeline.stages import BASE, SCORE
from app.pipeline.worth import HeadValue
from app.schemas.timeline import Placement, Safety
from app.schemas.why import (
    ChangeView,
    EnterView,
    FactorView,
    FeatureView,
    HeadView,
    ProposalView,
    StageView,
    ValueView,
    VerdictView,
    Why,
)
from app.selectors.budgeted import worth
from app.serving.engine import Engine
from app.serving.why.explain import Explanation
from app.serving.why.stage_places import StagePlace
from app.serving.why.to_enter import Entry

DIGITS: Final = 9

Outcome = Literal["served", "ranked", "dropped", "beyond_limits", "not_proposed"]


def why(engine: Engine, user_id: str, explained: Explanation, request_id: str, product: str) -> Why:
    """An explanation, as `Why` has it."""
    tweets, row = engine.state.tweets, int(explained.row.tweet[0])
    author, safety = int(explained.row.author[0]), engine.encoder.tweets
    watched = explained.watched
    return Why(
        **answered(
            engine,
            user_id,
            explained.query,
            watched.product,
            watched.watch.trace,
            request_id,
            product,
        ),
        tweet_id=tweets.ids.id(row),
        author_id=engine.state.users.ids.id(author) if author >= 0 else None,
        created_at=stated(int(tweets.stated_at[row])),
        text=tweets.text[row],
        safety=Safety(nsfw=known(safety.nsfw[row]), toxicity=known(safety.toxicity[row])),
        outcome=_outcome(explained),
        rank=explained.place,
        rank_by_score=explained.place_by_score,
        rows=len(explained.order),
        placement=_placement(explained),
        dropped_by=explained.dropped_by,
        in_favor_of=_id(engine, explained.in_favor_of),
        proposals=[ProposalView(**asdict(one)) for one in explained.proposals],
        filters=[
            VerdictView(**{**asdict(one), "grounds": rounded(one.grounds)})
            for one in explained.verdicts
        ],
        features=[FeatureView(**rounded(asdict(one))) for one in explained.worth.features],
        method=explained.worth.method,
        heads=[_head(one) for one in explained.worth.heads],
        value=_value(explained),
        factors=[*_factors(explained)],
        score=_round(explained.row[SCORE][0]),
        worth=_round(worth(explained.row)[0]),
        in_company=explained.in_company,
        stages=[_stage(one) for one in explained.stages],
        to_enter=None if explained.on_page else _to_enter(explained),
    )


def _placement(explained: Explanation) -> Placement | None:
    """As a timeline has it, also for a row behind the page."""
    if explained.place is None:
        return None
    return Placement.model_validate(placements.of(explained.order)[explained.place - 1])


def _outcome(explained: Explanation) -> Outcome:
    if explained.place is not None:
        return "served" if explained.on_page else "ranked"
    if explained.dropped_by is not None:
        return "dropped"
    if any(one.place is not None for one in explained.proposals):
        return "beyond_limits"
    return "not_proposed"


def _head(head: HeadValue) -> HeadView:
    given = asdict(head)
    return HeadView(**{**rounded(given), "of_features": rounded(head.of_features)})


def _value(explained: Explanation) -> ValueView:
    worth = explained.worth
    return ValueView(
        heads=_round(worth.value),
        folded=_round(worth.folded),
        evidence=rounded(worth.evidence),
        log_value=_round(worth.log_value),
        base_score=_round(explained.row[BASE][0]),
    )


def _factors(explained: Explanation) -> Iterator[FactorView]:
    score, row = float(explained.row[BASE][0]), explained.row
    scoring = explained.product.mixer.scoring
    others = {
        type(one).__name__: one.unconcerned(explained.query)
        for one in scoring.rescorers
        if isinstance(one, Relative)
    }
    for name in scoring.factors:
        if name in row.columns:
            factor = float(row[name][0])
            score *= factor
            yield FactorView(
                component=name,
                factor=_round(factor),
                beside_others=_round(factor / others.get(name, 1.0)),
                score=_round(score),
            )


def _stage(one: StagePlace) -> StageView:
    span = one.span
    return StageView(
        stage=span.stage,
        component=span.component,
        rows_in=span.rows_in,
        rows_out=span.rows_out,
        error=span.error,
        kept=one.kept,
        place=one.place,
    )


def _to_enter(explained: Explanation) -> EnterView:
    hard = [one.filter for one in explained.verdicts if one.hard and not one.keeps]
    entry = explained.entry
    return EnterView(hard_rules=hard, change=_change(entry) if entry is not None else None)


def _change(entry: Entry) -> ChangeView:
    change, page = entry.change, entry.page
    return ChangeView(
        passes=sorted(change.passes),
        proposed_by=change.proposed_by,
        not_lowered_by=sorted(change.not_lowered_by),
        value_times=change.value_times,
        base_score=_cell(page, BASE, entry.row),
        score=_cell(page, SCORE, entry.row),
        rank=entry.row + 1,
    )


def _cell(batch: CandidateBatch, name: str, row: int) -> float:
    return round(float(batch[name][row]), DIGITS)


def _id(engine: Engine, row: int | None) -> str | None:
    return None if row is None else engine.state.tweets.ids.id(row)


def known(number: Any) -> float | None:  # a number of numpy
    """A probability; None where there is no model for it."""
    return None if np.isnan(number) else round(float(number), DIGITS)


def _round(number: Any) -> Any:  # a number of numpy or of Python, or None
    return None if number is None else round(float(number), DIGITS)


def rounded(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _round(one) if isinstance(one, float) else one for name, one in given.items()}
