"""Scored tweets as JSON: a form with slots for what differs, filled for each row.

An encoder of objects would be given hundreds of them for a page. A test holds the text equal to
what the models in `app.schemas` write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from app.api import placements
from app.api.moments import stated
from app.pipeline.batch import CandidateBatch
from app.pipeline.placement import COST, RULE
from app.pipeline.product import ProductPipeline
from app.rankers.listwise import EVIDENCE
from app.schemas.timeline import Safety, Similarities
from app.serving.engine import Engine
from app.serving.json_form import A_NUMBER, A_VALUE, JsonForm
from ml.heads import NAMES as HEADS

NEARNESS: Final = tuple(Similarities.model_fields)
NUMBERS: Final = ("score", "base_score", *HEADS, *NEARNESS)
REMEMBERED: Final = 16_384  # sets of sources

Names = tuple[str, ...]
Values = tuple[object, ...]


def items(
    engine: Engine, product: ProductPipeline, batch: CandidateBatch, start: int, explain: bool
) -> orjson.Fragment:
    """The rows of a page, each as `Item` has it.

    Args:
        start: the position of the first row in the timeline.
        explain: whether to say what each piece of evidence adds to the log-odds of the base score.
    """
    names, columns = product.mixer.sources, batch.columns
    cost: Names = ()
    reasons: Sequence[Values] = [()] * len(batch)
    if RULE in columns:  # which is not known of a later page
        cost, reasons = (COST,), placements.reasons(batch)
    rows = zip(_about(engine, batch), batch.sources.tolist(), reasons, strict=True)
    values: list[object] = []
    for rank, (about, marks, reason) in enumerate(rows, start + 1):
        values += (*about, rank, *_sources(names, marks), *reason)
    factors = _factors(product, batch)
    evidence = tuple(name for name in columns if name.startswith(EVIDENCE)) if explain else ()
    form = _item(factors, cost, evidence)
    return _filled(form, engine, batch, values, (*factors, *cost, *evidence))


def scores(
    engine: Engine,
    product: ProductPipeline,
    batch: CandidateBatch,
    dropped_by: Sequence[str | None],
) -> orjson.Fragment:
    """The rows, each as `ScoreItem` has it.

    Args:
        dropped_by: the first filter that would drop each, if any.
    """
    values: list[object] = []
    for about, name in zip(_about(engine, batch), dropped_by, strict=True):
        values += (*about, name is None, name)
    factors = _factors(product, batch)
    return _filled(_score(factors), engine, batch, values, factors)


def _filled(
    form: JsonForm,
    engine: Engine,
    batch: CandidateBatch,
    values: Sequence[object],
    more: Names,
) -> orjson.Fragment:
    """All rows in a form, with these values and further columns in its slots."""
    safety = engine.encoder.tweets
    columns = batch.columns_of((*NUMBERS, *more))
    columns[len(NUMBERS) : len(NUMBERS)] = (
        safety.nsfw.take(batch.tweet),
        safety.toxicity.take(batch.tweet),
    )
    return form.filled(len(batch), values, columns)


@lru_cache
def _item(factors: Names, cost: Names, evidence: Names) -> JsonForm:
    added = {name.removeprefix(EVIDENCE): A_NUMBER for name in evidence}
    return JsonForm(
        _scored(factors)
        | {
            "rank": A_VALUE,
            "sources": A_VALUE,
            "source": A_VALUE,
            "placement": placements.FIELDS if cost else None,
            "evidence": added or None,
        }
    )


@lru_cache
def _score(factors: Names) -> JsonForm:
    return JsonForm(_scored(factors) | {"eligible": A_VALUE, "dropped_by": A_VALUE})


def _scored(factors: Names) -> dict[str, Any]:
    """The fields of a `ScoredTweet` that was multiplied by these factors."""
    return {
        "tweet_id": A_VALUE,
        "author_id": A_VALUE,
        "created_at": A_VALUE,
        "text": A_VALUE,
        "score": A_NUMBER,
        "base_score": A_NUMBER,
        "predictions": dict.fromkeys(HEADS, A_NUMBER),
        "similarities": dict.fromkeys(NEARNESS, A_NUMBER),
        "safety": dict.fromkeys(Safety.model_fields, A_NUMBER),
        "factors": dict.fromkeys(factors, A_NUMBER),
    }


def _factors(product: ProductPipeline, batch: CandidateBatch) -> Names:
    """The rescorers that multiplied the scores."""
    return tuple(name for name in product.mixer.scoring.factors if name in batch.columns)


def _about(engine: Engine, batch: CandidateBatch) -> Iterator[Values]:
    """What is the same of each tweet for every viewer: its id, its author, when it was written, and
    its text."""
    tweets, rows = engine.state.tweets, batch.tweet
    ids, authors, texts = tweets.ids.id, engine.state.users.ids.id, tweets.text
    columns = rows.tolist(), batch.author.tolist(), tweets.stated_at[rows].tolist()
    for row, author, at in zip(*columns, strict=True):
        yield ids(row), authors(author) if author >= 0 else None, stated(at), texts[row]


@lru_cache(maxsize=REMEMBERED)
def _sources(names: Names, marks: int) -> tuple[Names, str]:
    """The sources that proposed a row, and the first of them."""
    proposers = tuple(name for bit, name in enumerate(names) if marks >> bit & 1)
    return proposers, proposers[0]
