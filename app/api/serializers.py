"""Serializers: pipeline results, with rows and columns, as API responses with ids.

The answers that are asked for most are built as JSON objects, which the encoder takes as they are:
a datetime becomes RFC 3339, NaN becomes null. Their models in `app.schemas` document them, and a
test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import repeat
from typing import Any, Final

import numpy as np

from app.api import placements
from app.follow_recommendations.recommended import Recommended
from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.product import ProductPipeline, Scored, Served
from app.pipeline.query import Query
from app.pipeline.trace import Trace
from app.rankers.listwise import EVIDENCE
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
    names = served.product.mixer.sources
    distribution: dict[str, int] = {}
    marked = zip(items, served.batch.sources.tolist(), placements.of(served.batch), strict=True)
    for item, marks, why in marked:
        proposers = _marked(names, marks)
        item["rank"], item["sources"], item["source"] = start + 1, proposers, proposers[0]
        item["placement"], item["evidence"] = why, None
        start += 1
        distribution[proposers[0]] = distribution.get(proposers[0], 0) + 1
    return {
        **answered(engine, user_id, query, served.product, served.trace, request_id, product),
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
        **answered(engine, user_id, query, scored.product, scored.trace, request_id, "for_you"),
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


def add_evidence(items: list[Json], batch: CandidateBatch) -> None:
    """What each piece of evidence adds to the log-odds of the base score of each item; nothing
    where the heads alone make it."""
    names = [name for name in batch.columns if name.startswith(EVIDENCE)]
    for place, item in enumerate(items) if names else ():
        item["evidence"] = {
            name.removeprefix(EVIDENCE): round(float(batch[name][place]), DIGITS) for name in names
        }


def trace(served: Served) -> list[Json]:
    """The spans of the pipeline run, in order, each as `Span` has it."""
    return [
        {
            **span._asdict(),
            "rules": placements.rules(served.batch) if span.stage == "select" else None,
        }
        for span in served.trace.spans
    ]


@lru_cache(maxsize=REMEMBERED)
def instant(at: int) -> datetime:
    """A unix time as a UTC datetime."""
    return datetime.fromtimestamp(at, UTC)


@lru_cache(maxsize=REMEMBERED)
def stated(micros: int) -> datetime | None:
    """A `created_at` as it was given, in microseconds, as a UTC datetime; None where unknown."""
    return None if micros == UNKNOWN_TIME else EPOCH + timedelta(microseconds=micros)


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


@lru_cache(maxsize=REMEMBERED)
def _marked(names: tuple[str, ...], marks: int) -> tuple[str, ...]:
    """The sources that proposed a row."""
    return tuple(name for bit, name in enumerate(names) if marks >> bit & 1)


def _tweets(engine: Engine, product: ProductPipeline, batch: CandidateBatch) -> list[Json]:
    """The fields of a `ScoredTweet` for each row."""
    tweets, rows = engine.state.tweets, batch.tweet
    factors = [name for name in product.mixer.scoring.factors if name in batch.columns]
    numbers = _numbers(engine, batch, factors)
    columns = (
        rows.tolist(),
        tweets.ids.ids(rows),
        batch.author.tolist(),
        engine.state.users.ids.ids(batch.author),
        tweets.stated_at[rows].tolist(),
        *numbers[: OF_HEADS.start],
        _objects(HEADS, numbers[OF_HEADS]),
        _objects(NEARNESS, numbers[OF_NEARNESS]),
        _objects(factors, numbers[OF_FACTORS]) if factors else [{}] * len(rows),
    )
    return [
        {
            "tweet_id": tweet_id,
            "author_id": author_id if author >= 0 else None,
            "created_at": stated(written),
            "text": tweets.text[row],
            "score": score,
            "base_score": base_score,
            "predictions": p,
            "similarities": near,
            "safety": {"nsfw": nsfw, "toxicity": toxic},
            "factors": by,
        }
        for row, tweet_id, author, author_id, written, score, base_score, nsfw, toxic, p, near, by
        in zip(*columns, strict=True)
    ]  # fmt: skip


def _numbers(engine: Engine, batch: CandidateBatch, factors: list[str]) -> list[list[float]]:
    """The numbers of all rows: scores, safety, heads, similarities and factors; rounded, and NaN
    where there is no such column."""
    safety = engine.encoder.tweets
    score, base_score, *others = batch.columns_of(
        ("score", "base_score", *HEADS, *NEARNESS, *factors)
    )
    columns = [
        score,
        base_score,
        safety.nsfw.take(batch.tweet),
        safety.toxicity.take(batch.tweet),
        *others,
    ]
    table = np.concatenate(
        [_absent(batch) if column is None else column for column in columns], dtype=np.float64
    )
    numbers: list[list[float]] = table.round(DIGITS).reshape(len(columns), len(batch)).tolist()
    return numbers


def _absent(batch: CandidateBatch) -> Column:
    return np.full(len(batch), np.nan, np.float32)


def _objects(names: Sequence[str], columns: list[list[float]]) -> Iterator[Json]:
    """An object for each row of some columns."""
    return map(dict, map(zip, repeat(names), zip(*columns, strict=True)))
