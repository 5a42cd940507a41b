"""Serializers: pipeline results, with rows and columns, as API responses with ids.

The answers that are asked for most are built as JSON objects, which the encoder takes as they are,
their tweets as text. Their models in `app.schemas` document them, and a test holds the two equal.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np

from app.api import placements, scored_tweets
from app.api.moments import instant
from app.follow_recommendations.recommended import Recommended
from app.pipeline.product import ProductPipeline, Scored, Served
from app.pipeline.query import Query
from app.pipeline.trace import Trace
from app.schemas.follow_recommendations import FollowRecommendation, FollowRecommendations, Reasons
from app.serving.engine import Engine
from app.serving.json_form import DIGITS

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
    explain: bool = False,
) -> Json:
    """A page of a timeline, as `Timeline` has it.

    Args:
        product: the product that was requested; `served.product` may be its fallback.
        start: the position of the first row in the timeline.
        exhausted: whether the next new timeline would be empty.
        explain: whether to say what each piece of evidence adds to a base score.
    """
    names, batch = served.product.mixer.sources, served.batch
    first = [names[(marks & -marks).bit_length() - 1] for marks in batch.sources.tolist()]
    return {
        **answered(engine, user_id, query, served.product, served.trace, request_id, product),
        "source_distribution": Counter(first),
        "items": scored_tweets.items(engine, served.product, batch, start, explain),
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
    return {
        **answered(engine, user_id, query, scored.product, scored.trace, request_id, "for_you"),
        "items": scored_tweets.scores(engine, scored.product, scored.batch, scored.dropped_by),
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
            **span._asdict(),
            "rules": placements.rules(served.batch) if span.stage == "select" else None,
        }
        for span in served.trace.spans
    ]


def answered(
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
