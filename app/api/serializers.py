"""Serializers: pipeline results, with rows and columns, as API responses with ids.

The answers that are asked for most are built as JSON objects, which the encoder takes as they are:
a datetime becomes RFC 3339, NaN becomes null. Their models in `app.schemas` document them, and a
test holds the two equal.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import numpy as np

from app.follow_recommendations.recommended import Recommended
from app.pipeline.batch import CandidateBatch
from app.pipeline.product import ProductPipeline, Scored, Served
from app.pipeline.query import Query
from app.pipeline.trace import Trace
from app.schemas.follow_recommendations import FollowRecommendation, FollowRecommendations, Reasons
from app.schemas.timeline import Similarities
from app.serving.engine import Engine
from ml.heads import NAMES as HEADS
from ml.state.structures.event_order import UNKNOWN_TIME

DIGITS: Final = 6
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEARNESS: Final = tuple(Similarities.model_fields)
OF_HEADS: Final = slice(4, 4 + len(HEADS))  # of the numbers of a row: behind scores and safety
OF_NEARNESS: Final = slice(OF_HEADS.stop, OF_HEADS.stop + len(NEARNESS))
OF_FACTORS: Final = slice(OF_NEARNESS.stop, None)
FRIENDS: Final = 3  # named in a recommendation
REMEMBERED: Final = 16_384  # times: some tweets are on many pages

Json = dict[str, Any]  # an object: what the encoder takes


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
) -> Json:
    """A page of a timeline, as `Timeline` has it.

    Args:
        product: the product that was requested; `served.product` may be its fallback.
        start: the position of the first row in the timeline.
        exhausted: whether the next new timeline would be empty.
    """
    items = _tweets(engine, served.product, served.batch)
    distribution: dict[str, int] = {}
    for rank, (item, sources) in enumerate(zip(items, _proposers(served), strict=True), start + 1):
        item["rank"], item["sources"], item["source"] = rank, sources, sources[0]
        distribution[sources[0]] = distribution.get(sources[0], 0) + 1
    return {
        **_answer(engine, user_id, query, served.product, served.trace, request_id, product),
        "source_distribution": distribution,
        "items": items,
        "next_cursor": next_cursor,
        "exhausted": exhausted,
    }


def score_response(
    engine: Engine,
    user_id: str,
    query: Query,
    scored: Scored,
    unknown: list[str],
    request_id: str,
) -> Json:
    """The scores of given tweets, as `ScoreResponse` has them."""
    items = _tweets(engine, scored.product, scored.batch)
    for item, filter_ in zip(items, scored.dropped_by, strict=True):
        item["eligible"] = filter_ is None
        item["dropped_by"] = filter_
    return {
        **_answer(engine, user_id, query, scored.product, scored.trace, request_id, "for_you"),
        "items": items,
        "unknown": unknown,
    }


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


def trace(served: Served) -> list[Json]:
    """The spans of the pipeline run, in order, each as `Span` has it."""
    return [
        {
            "stage": span.stage,
            "component": span.component,
            "rows_in": span.rows_in,
            "rows_out": span.rows_out,
            "micros": span.micros,
            "error": span.error,
        }
        for span in served.trace.spans
    ]


def instant(at: int) -> datetime:
    """A unix time as a UTC datetime."""
    return datetime.fromtimestamp(at, UTC)


@lru_cache(maxsize=REMEMBERED)
def stated(micros: int) -> datetime | None:
    """A `created_at` as it was given, in microseconds, as a UTC datetime; None where unknown."""
    return None if micros == UNKNOWN_TIME else EPOCH + timedelta(microseconds=micros)


def _answer(
    engine: Engine,
    user_id: str,
    query: Query,
    answering: ProductPipeline,
    trace: Trace,
    request_id: str,
    product: str,
) -> Json:
    """The fields of an `Answer`."""
    return {
        "request_id": request_id,
        "user_id": user_id,
        "product": product,
        "served_by": answering.name,
        "missing": [*engine.missing, *trace.failed],
        "model_version": engine.model_version,
        "as_of": instant(query.now),
    }


def _proposers(served: Served) -> list[list[str]]:
    """The sources that proposed each row."""
    names = served.product.mixer.sources
    return [
        [name for bit, name in enumerate(names) if marks >> bit & 1]
        for marks in served.batch.sources.tolist()
    ]


def _tweets(engine: Engine, product: ProductPipeline, batch: CandidateBatch) -> list[Json]:
    """The fields of a `ScoredTweet` for each row."""
    tweets, author_id = engine.state.tweets, engine.state.users.ids.id
    factors = [name for name in product.mixer.scoring.factors if name in batch.columns]
    ids, written = tweets.ids.ids(batch.tweet), tweets.stated_at[batch.tweet].tolist()
    authors, numbers = batch.author.tolist(), _numbers(engine, batch, factors)
    return [
        {
            "tweet_id": ids[place],
            "author_id": author_id(author) if (author := authors[place]) >= 0 else None,
            "created_at": stated(written[place]),
            "text": tweets.text[row],
            "score": (of_row := numbers[place])[0],
            "base_score": of_row[1],
            "predictions": dict(zip(HEADS, of_row[OF_HEADS], strict=True)),
            "similarities": dict(zip(NEARNESS, of_row[OF_NEARNESS], strict=True)),
            "safety": {"nsfw": of_row[2], "toxicity": of_row[3]},
            "factors": dict(zip(factors, of_row[OF_FACTORS], strict=True)),
        }
        for place, row in enumerate(batch.tweet.tolist())
    ]


def _numbers(engine: Engine, batch: CandidateBatch, factors: list[str]) -> list[list[float]]:
    """The numbers of each row: scores, safety, heads, similarities and factors; rounded, and NaN
    where there is no such column."""
    safety, absent = engine.encoder.tweets, np.full(len(batch), np.nan)
    columns = [
        batch["score"],
        batch["base_score"],
        safety.nsfw[batch.tweet],
        safety.toxicity[batch.tweet],
        *[batch.columns.get(name, absent) for name in (*HEADS, *NEARNESS, *factors)],
    ]
    table = np.concatenate(columns, dtype=np.float64).round(DIGITS)
    numbers: list[list[float]] = table.reshape(len(columns), len(batch)).T.tolist()
    return numbers
