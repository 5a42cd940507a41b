"""Serializers: pipeline results, with rows and columns, as API responses with ids.

The answers that are asked for most are built as JSON objects, which the encoder takes as they are:
a datetime becomes RFC 3339, NaN becomes null. Their models in `app.schemas` document them, and a
test holds the two equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from app.follow_recommendations.recommended import Recommended
from app.pipeline.batch import CandidateBatch
from app.pipeline.product import ProductPipeline, Scored, Served
from app.pipeline.query import Query
from app.pipeline.trace import Trace
from app.schemas.follow_recommendations import FollowRecommendation, FollowRecommendations, Reasons
from app.schemas.timeline import Safety, Similarities
from app.serving.engine import Engine
from ml.heads import NAMES as HEADS
from ml.state.structures.event_order import UNKNOWN_TIME

DIGITS: Final = 6
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SCORES: Final = ("score", "base_score")
NEARNESS: Final = tuple(Similarities.model_fields)
SAFETY: Final = tuple(Safety.model_fields)
FRIENDS: Final = 3  # named in a recommendation

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
    proposers = _proposers(served)
    for place, item in enumerate(items):
        item["rank"] = start + place + 1
        item["sources"] = proposers[place]
        item["source"] = proposers[place][0]
    return {
        **_answer(engine, user_id, query, served.product, served.trace, request_id, product),
        "source_distribution": Counter(item["source"] for item in items),
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


def stated(micros: int) -> datetime | None:
    """A `created_at` as it was given, in microseconds, as a UTC datetime; None where unknown."""
    return None if micros == UNKNOWN_TIME else EPOCH + timedelta(0, 0, micros)


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
    named = [name for name in product.mixer.scoring.factors if name in batch.columns]
    return [
        {
            "tweet_id": tweet_id,
            "author_id": author_id(author) if author >= 0 else None,
            "created_at": stated(at),
            "text": tweets.text[row],
            **score,
            "predictions": predictions,
            "similarities": similarities,
            "safety": safety,
            "factors": factors,
        }
        for row, tweet_id, author, at, score, predictions, similarities, safety, factors in zip(
            batch.tweet.tolist(),
            tweets.ids.ids(batch.tweet),
            batch.author.tolist(),
            tweets.stated_at[batch.tweet].tolist(),
            *_numbers(engine, batch, SCORES, HEADS, NEARNESS, SAFETY, named),
            strict=True,
        )
    ]


def _numbers(
    engine: Engine, batch: CandidateBatch, *groups: Sequence[str]
) -> Iterator[list[dict[str, float]]]:
    """Of each group, the numbers of every row by name: rounded, and NaN where there is no such
    column."""
    safety, absent = engine.encoder.tweets, np.full(len(batch), np.nan)
    known = dict(zip(SAFETY, (safety.nsfw[batch.tweet], safety.toxicity[batch.tweet]), strict=True))
    known.update(batch.columns)
    columns = [known.get(name, absent) for group in groups for name in group]
    table = np.concatenate(columns, dtype=np.float64).round(DIGITS)
    table = table.reshape(len(columns), len(batch)).T  # (rows, columns)
    end = 0
    for names in groups:
        begin, end = end, end + len(names)
        yield [dict(zip(names, row, strict=True)) for row in table[:, begin:end].tolist()]
