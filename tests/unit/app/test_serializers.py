"""The built answers are what their models would have written, byte for byte."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from app.api import openapi, serializers
from app.api.json_response import encoded
from app.pipeline.batch import CandidateBatch
from app.pipeline.product import Served
from app.rankers.heavy import HeavyRanker
from app.schemas.score import ScoreItem, ScoreResponse
from app.schemas.timeline import Item, Span, Timeline
from app.serving.engine import Engine
from app.serving.feed import Feed
from app.serving.score_tweets import score_tweets
from app.serving.service import Service
from ml.heads import NAMES as HEADS
from ml.state.structures.event_order import UNKNOWN_TIME

Json = dict[str, Any]


@pytest.fixture
def reader(tiny_engine: Engine) -> str:
    return openapi.reader(tiny_engine)


def built(engine: Engine, user_id: str, limit: int = 10) -> tuple[Served, Json]:
    """A first page, and the answer that is built of it."""
    page = asyncio.run(Feed(Service(engine)).page(user_id, limit, "for_you", None, "name"))
    answer = serializers.timeline(
        engine,
        user_id,
        page.query,
        page.served,
        "name",
        page.product,
        page.start,
        page.next_cursor,
        page.exhausted,
    )
    return page.served, answer


def as_the_model_writes_it(model: type[BaseModel], body: bytes) -> bytes:
    """It refuses a field too many, a field too few, and a value of another type."""
    return model.model_validate_json(body).model_dump_json(exclude_unset=True).encode()


@pytest.mark.parametrize("user_id", ["reader", "nobody-knows"])
@pytest.mark.parametrize("explain", [False, True])
def test_a_timeline_is_what_the_model_writes(
    tiny_engine: Engine, reader: str, user_id: str, explain: bool
) -> None:
    served, answer = built(tiny_engine, reader if user_id == "reader" else user_id)
    if explain:
        answer["trace"] = serializers.trace(served)
    body = encoded(answer)
    assert as_the_model_writes_it(Timeline, body) == body
    assert set(Timeline.model_fields) - set(answer) == (set() if explain else {"trace"})
    assert [set(item) for item in answer["items"]] == [set(Item.model_fields)] * len(
        answer["items"]
    )
    assert all(set(span) == set(Span.model_fields) for span in answer.get("trace", ()))


def test_an_empty_page_is_what_the_model_writes(tiny_engine: Engine, reader: str) -> None:
    page = asyncio.run(Feed(Service(tiny_engine)).page(reader, 10, "for_you", None, "name"))
    nothing = page.served._replace(batch=page.served.batch.take(np.array([], dtype=np.int64)))
    body = encoded(serializers.timeline(tiny_engine, reader, page.query, nothing, "name"))
    assert as_the_model_writes_it(Timeline, body) == body
    assert json.loads(body)["items"] == []


def test_what_is_not_known_is_null(
    tiny_engine: Engine, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served, _ = built(tiny_engine, reader)
    batch, tweets = served.batch, tiny_engine.state.tweets
    no_author = np.full(len(batch), -1, np.int32)
    columns = {**batch.columns, HEADS[0]: np.full(len(batch), np.nan, np.float32)}
    del columns[HEADS[1]], columns["twhin"]
    lacking = served._replace(batch=CandidateBatch(batch.tweet, no_author, batch.sources, columns))
    nowhere = tweets.stated_at.copy()
    nowhere[batch.tweet] = UNKNOWN_TIME
    monkeypatch.setattr(tweets, "stated_at", nowhere)
    monkeypatch.setattr(tweets, "text", [None] * len(tweets))
    query = tiny_engine.hydrate.query(reader, 10)
    body = encoded(serializers.timeline(tiny_engine, reader, query, lacking, "name"))
    assert as_the_model_writes_it(Timeline, body) == body
    for item in json.loads(body)["items"]:
        assert [item[name] for name in ("author_id", "created_at", "text")] == [None] * 3
        assert [item["predictions"][head] for head in HEADS[:2]] == [None] * 2
        assert item["similarities"]["twhin"] is None
        assert item["predictions"][HEADS[2]] is not None


def test_a_fallback_is_what_the_model_writes(
    tiny_engine: Engine, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HeavyRanker, "score", lambda *_: 1 / 0)
    _, answer = built(tiny_engine, reader)
    body = encoded(answer)
    assert answer["served_by"] == "fallback"
    assert answer["missing"][-1] == "HeavyRanker"
    assert as_the_model_writes_it(Timeline, body) == body


def test_scores_are_what_the_model_writes(tiny_engine: Engine, reader: str) -> None:
    known = tiny_engine.state.tweets.ids.ids(np.arange(50, dtype=np.int32))
    for user_id in (reader, "nobody-knows"):
        scored = score_tweets(tiny_engine, user_id, [*known, "no-tweet"])
        answer = serializers.score_response(
            tiny_engine, user_id, scored.query, scored.scored, scored.unknown, "name"
        )
        body = encoded(answer)
        assert as_the_model_writes_it(ScoreResponse, body) == body
        assert {tuple(item) for item in answer["items"]} == {tuple(ScoreItem.model_fields)}
        assert "no-tweet" in answer["unknown"]


def test_the_numbers_are_those_of_the_page(tiny_engine: Engine, reader: str) -> None:
    served, answer = built(tiny_engine, reader)
    batch, tweets = served.batch, tiny_engine.encoder.tweets
    columns = {
        "score": batch["score"],
        "base_score": batch["base_score"],
        "nsfw": tweets.nsfw[batch.tweet],
        "toxicity": tweets.toxicity[batch.tweet],
        **batch.columns,
    }
    for place, item in enumerate(json.loads(encoded(answer))["items"]):
        groups = (item["predictions"], item["similarities"], item["safety"], item["factors"])
        given = {name: value for group in groups for name, value in group.items()}
        given |= {name: item[name] for name in ("score", "base_score")}
        absent = np.full(len(batch), np.nan)
        expected = {name: float(columns.get(name, absent)[place]) for name in given}
        assert given == {
            name: None if np.isnan(value) else round(value, serializers.DIGITS)
            for name, value in expected.items()
        }
        assert list(item["factors"]) == list(served.product.mixer.scoring.factors)


@pytest.mark.parametrize("number", [0.0, 1.0, 1e-6, 0.123457, 5e-05, 123456.789, 1e16, 1e-12])
def test_a_number_is_written_as_the_model_writes_it(number: float) -> None:
    class One(BaseModel):
        x: float

    assert encoded({"x": number}) == One(x=number).model_dump_json().encode()


def test_a_page_is_printed_without_the_state(tiny_engine: Engine, reader: str) -> None:
    """Where it is in an error, or the result of a task that asyncio prints."""
    page = asyncio.run(Feed(Service(tiny_engine)).page(reader, 10, "for_you", None, "name"))
    assert len(repr(page)) < 20_000
