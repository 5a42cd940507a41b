"""A timeline as people read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app import console
from app.schemas.timeline import Item, Predictions, Safety, Similarities, Timeline

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def timeline(written: datetime | None) -> Timeline:
    item = Item(
        tweet_id="1",
        author_id=None,
        created_at=written,
        text=None,
        score=0.31,
        base_score=0.62,
        predictions=Predictions(**dict.fromkeys(Predictions.model_fields)),
        similarities=Similarities(simclusters=0.44, twhin=None, realgraph=0.3),
        safety=Safety(nsfw=0.03, toxicity=None),
        factors={"Safety": 1.0, "Recency": 0.5},
        rank=1,
        sources=["InNetwork", "Graph"],
        source="InNetwork",
    )
    return Timeline(
        request_id="r",
        user_id="42",
        product="for_you",
        served_by="for_you",
        missing=["nsfw"],
        model_version="v1",
        as_of=NOW,
        source_distribution={"InNetwork": 1},
        items=[item],
    )


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=7), "7 h ago"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(days=-5), "0 min ago"),
        (None, "some time ago"),
    ],
)
def test_every_number_can_be_read(age: timedelta | None, words: str) -> None:
    page = console.page(timeline(None if age is None else NOW - age))
    assert page.startswith("For 42 at 2026-03-01 12:00 UTC · for_you · model v1 · without nsfw")
    assert f" 1  tweet 1 by nobody known · {words} · InNetwork + Graph" in page
    assert "0.310 = 0.620 × Safety 1.000 × Recency 0.500" in page
    assert "simclusters 0.440  twhin –      realgraph 0.300" in page
    assert "(no text)" in page
