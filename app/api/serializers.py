"""Serializers: pipeline results, with rows and columns, as API responses with ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from app.follow_recommendations.recommended import Recommended
from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.product import ProductPipeline, Scored, Served
from app.pipeline.query import Query
from app.pipeline.trace import Trace
from app.schemas.follow_recommendations import FollowRecommendation, FollowRecommendations, Reasons
from app.schemas.score import ScoreItem, ScoreResponse
from app.schemas.timeline import Item, Similarities, Span, Timeline
from app.serving.engine import Engine
from ml.heads import NAMES as HEADS
from ml.state.structures.event_order import UNKNOWN_TIME

DIGITS: Final = 6
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEARNESS: Final = tuple(Similarities.model_fields)
FRIENDS: Final = 3  # named in a recommendation


def timeline(
    engine: Engine,
    user_id: str,
    query: Query,
    served: Served,
    request_id: str,
    product: str = "for_you",
    start: int = 0,
    next_cursor: str | None = None,
    exhausted: bool = False,
) -> Timeline:
    """A page of a timeline as a response.

    Args:
        product: the product that was requested; `served.product` may be its fallback.
        start: the position of the first row in the timeline.
        exhausted: whether the next new timeline would be empty.
    """
    names = served.product.mixer.sources
    proposers = [
        [name for bit, name in enumerate(names) if marks >> bit & 1]
        for marks in served.batch.sources.tolist()
    ]
    items = [
        Item(**fields, rank=start + place + 1, sources=proposers[place], source=proposers[place][0])
        for place, fields in enumerate(_tweets(engine, served.product, served.batch))
    ]
    return Timeline(
        **_answer(engine, user_id, query, served.product, served.trace),
        request_id=request_id,
        product=product,
        source_distribution=Counter(item.source for item in items),
        items=items,
        next_cursor=next_cursor,
        exhausted=exhausted,
    )


def score_response(
    engine: Engine,
    user_id: str,
    query: Query,
    scored: Scored,
    unknown: list[str],
    request_id: str,
) -> ScoreResponse:
    """The scores of given tweets as a response."""
    tweets = _tweets(engine, scored.product, scored.batch)
    return ScoreResponse(
        **_answer(engine, user_id, query, scored.product, scored.trace),
        request_id=request_id,
        product="for_you",
        items=[
            ScoreItem(**fields, eligible=filter_ is None, dropped_by=filter_)
            for fields, filter_ in zip(tweets, scored.dropped_by, strict=True)
        ],
        unknown=unknown,
    )


def people(engine: Engine, query: Query, recommended: Recommended) -> FollowRecommendations:
    """Follow recommendations as a response."""
    ids, friends = engine.state.users.ids, engine.who_to_follow.followed_by(query, recommended.user)
    score = recommended.score.astype(np.float64).round(DIGITS).tolist()
    reasons = np.column_stack(list(recommended.reasons.values())).astype(np.float64).round(DIGITS)
    return FollowRecommendations(
        items=[
            FollowRecommendation(
                user_id=ids.id(row),
                score=score[i],
                reasons=Reasons(**dict(zip(recommended.reasons, reasons[i].tolist(), strict=True))),
                followed_by=ids.ids(friends[i][:FRIENDS]),
            )
            for i, row in enumerate(recommended.user.tolist())
        ]
    )


def trace(served: Served) -> list[Span]:
    """The spans of the pipeline run, in order."""
    return [
        Span(
            stage=span.stage,
            component=span.component,
            rows_in=span.rows_in,
            rows_out=span.rows_out,
            micros=span.micros,
            error=span.error,
        )
        for span in served.trace.spans
    ]


def instant(at: int) -> datetime:
    """A unix time as a UTC datetime."""
    return datetime.fromtimestamp(at, UTC)


def stated(micros: int) -> datetime | None:
    """A `created_at` as it was given, in microseconds, as a UTC datetime; None where unknown."""
    return None if micros == UNKNOWN_TIME else EPOCH + timedelta(microseconds=micros)


def _answer(
    engine: Engine, user_id: str, query: Query, product: ProductPipeline, trace: Trace
) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "served_by": product.name,
        "missing": [*engine.missing, *trace.failed],
        "model_version": engine.model_version,
        "as_of": instant(query.now),
    }


def _tweets(
    engine: Engine, product: ProductPipeline, batch: CandidateBatch
) -> list[dict[str, Any]]:
    """The fields of a `ScoredTweet` for each row."""
    tweets, users, scores = engine.state.tweets, engine.state.users, engine.encoder.tweets
    safety = {"nsfw": scores.nsfw[batch.tweet], "toxicity": scores.toxicity[batch.tweet]}
    numbers = _numbers({**batch.columns, **safety})
    absent = [None] * len(batch)
    factors = [name for name in product.mixer.scoring.factors if name in numbers]
    written, author = tweets.stated_at[batch.tweet].tolist(), batch.author.tolist()
    return [
        {
            "tweet_id": tweets.ids.id(row),
            "author_id": users.ids.id(author[i]) if author[i] >= 0 else None,
            "created_at": stated(written[i]),
            "text": tweets.text[row],
            "score": numbers["score"][i],
            "base_score": numbers["base_score"][i],
            "predictions": {head: numbers.get(head, absent)[i] for head in HEADS},
            "similarities": {name: numbers.get(name, absent)[i] for name in NEARNESS},
            "safety": {"nsfw": numbers["nsfw"][i], "toxicity": numbers["toxicity"][i]},
            "factors": {name: numbers[name][i] for name in factors},
        }
        for i, row in enumerate(batch.tweet.tolist())
    ]


def _numbers(columns: Mapping[str, Column]) -> dict[str, list[float | None]]:
    """Columns as JSON numbers, rounded to DIGITS, with null for NaN."""
    rounded = np.array(list(columns.values()), np.float64).round(DIGITS)  # (columns, rows)
    numbers = rounded.tolist()
    for column in np.flatnonzero(np.isnan(rounded).any(axis=1)):
        numbers[column] = [None if number != number else number for number in numbers[column]]
    return dict(zip(columns, numbers, strict=True))
