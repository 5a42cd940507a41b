"""Scored tweets as JSON: a form with slots for what differs, filled for each row.

An encoder of objects would be given hundreds of them for a page. A test holds the text equal to
what the models in `app.schemas` write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import orjson

from app.api import placements
from app.api.json_response import rest_of_fields
from app.api.moments import stated
from app.pipeline.batch import CandidateBatch
from app.pipeline.placement import COST, RULE
from app.pipeline.product import ProductPipeline
from app.rankers.listwise import EVIDENCE
from app.schemas.timeline import Safety, Similarities
from app.serving.engine import Engine
from app.serving.json_form import A_NUMBER, A_TEXT, JsonForm
from ml.heads import NAMES as HEADS

NEARNESS: Final = tuple(Similarities.model_fields)
NUMBERS: Final = ("score", "base_score", *HEADS, *NEARNESS)
REMEMBERED: Final = 16_384  # sets of sources

Names = tuple[str, ...]


def items(
    engine: Engine, product: ProductPipeline, batch: CandidateBatch, start: int, explain: bool
) -> orjson.Fragment:
    """The rows of a page, each as `Item` has it.

    Args:
        start: the position of the first row in the timeline.
        explain: whether to say what each piece of evidence adds to the log-odds of the base score.
    """
    names, columns = product.mixer.sources, batch.columns
    texts: list[Iterable[bytes]] = [
        (b"%d" % rank for rank in range(start + 1, start + 1 + len(batch))),
        (_sources(names, marks) for marks in batch.sources.tolist()),
    ]
    cost: Names = ()
    if RULE in columns:  # which is not known of a later page
        texts.append(placements.reasons(batch))
        cost = (COST,)
    factors = _factors(product, batch)
    evidence = tuple(name for name in columns if name.startswith(EVIDENCE)) if explain else ()
    form = _item(factors, cost, evidence)
    return _filled(form, engine, batch, texts, (*factors, *cost, *evidence))


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
    outcomes = (
        rest_of_fields({"eligible": name is None, "dropped_by": name}) for name in dropped_by
    )
    factors = _factors(product, batch)
    return _filled(_score(factors), engine, batch, [outcomes], factors)


def _filled(
    form: JsonForm,
    engine: Engine,
    batch: CandidateBatch,
    texts: Sequence[Iterable[bytes]],
    more: Names,
) -> orjson.Fragment:
    """All rows in a form, with further texts and columns in its slots."""
    safety = engine.encoder.tweets
    columns = batch.columns_of((*NUMBERS, *more))
    columns[len(NUMBERS) : len(NUMBERS)] = (
        safety.nsfw.take(batch.tweet),
        safety.toxicity.take(batch.tweet),
    )
    rows = zip(_about(engine, batch), *texts, strict=True)
    return form.filled(len(batch), chain.from_iterable(rows), columns)


@lru_cache
def _item(factors: Names, cost: Names, evidence: Names) -> JsonForm:
    added = {name.removeprefix(EVIDENCE): A_NUMBER for name in evidence}
    return JsonForm(
        _scored(factors)
        | {
            "rank": A_TEXT,
            "sources": A_TEXT,  # and `source`
            "placement": placements.FIELDS if cost else None,
            "evidence": added or None,
        }
    )


@lru_cache
def _score(factors: Names) -> JsonForm:
    return JsonForm(_scored(factors) | {"eligible": A_TEXT})  # and `dropped_by`


def _scored(factors: Names) -> dict[str, Any]:
    """The fields of a `ScoredTweet` that was multiplied by these factors."""
    return {
        "tweet_id": A_TEXT,  # and the other fields that are the same for every viewer
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


def _about(engine: Engine, batch: CandidateBatch) -> Iterator[bytes]:
    """The fields of each tweet that are the same for every viewer."""
    tweets, users, rows = engine.state.tweets, engine.state.users.ids, batch.tweet
    columns = rows.tolist(), batch.author.tolist(), tweets.stated_at[rows].tolist()
    for row, author, at in zip(*columns, strict=True):
        about = {
            "tweet_id": tweets.ids.id(row),
            "author_id": users.id(author) if author >= 0 else None,
            "created_at": stated(at),
            "text": tweets.text[row],
        }
        yield rest_of_fields(about)


@lru_cache(maxsize=REMEMBERED)
def _sources(names: Names, marks: int) -> bytes:
    """The sources that proposed a row, and the first of them."""
    proposers = [name for bit, name in enumerate(names) if marks >> bit & 1]
    return rest_of_fields({"sources": proposers, "source": proposers[0]})
