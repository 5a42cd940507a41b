"""Who may see a tweet at all, and who does not want to: in every source, product and score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.filters.audience import Audience
from app.filters.deleted import Deleted
from app.filters.muted import Muted
from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.failures import FailedClosedError
from app.pipeline.product import ProductPipeline
from app.pipeline.query import Query
from app.pipeline.retrieve import retrieve
from app.pipeline.trace import Trace
from app.schemas.values import Visibility
from app.serving.engine import Engine
from app.serving.score_tweets import score_tweets
from ml.schema import VISIBILITIES
from tests.unit.app.conftest import NOW, World
from tests.unit.app.test_filters import kept

PEOPLE = "abcdefghij"


def test_the_schema_and_the_tables_know_the_same_visibilities() -> None:
    assert get_args(Visibility) == VISIBILITIES


def test_each_visibility_has_its_viewers(world: World) -> None:
    for visibility in (None, *VISIBILITIES):
        world.tweet("b", visibility=visibility, mentions=["c"])
    world.tweet(None, visibility="followers").tweet(None, visibility="mentioned", mentions=["c"])
    world.follow("a", "b")
    engine = world.engine()
    audience = Audience(engine.state)
    assert kept(engine, audience, "a") == [0, 1, 2, 3]  # a follower
    assert kept(engine, audience, "b") == [0, 1, 2, 3, 4]  # the author
    assert kept(engine, audience, "c") == [0, 1, 4, 6]  # somebody mentioned
    assert kept(engine, audience, "d") == [0, 1]
    assert kept(engine, audience, "never-met") == [0, 1]


def test_what_is_unknown_is_seen_by_nobody(world: World) -> None:
    world.tweet("b")
    engine = world.engine()
    engine.state.tweets.audience.visibility[0] = 99
    query = engine.hydrate.query("a", 10)
    batch = CandidateBatch.of(np.array([0, -1], np.int32), np.array([1, -1], np.int32))
    assert Audience(engine.state).keep(query, batch).tolist() == [False, False]


def test_a_word_is_muted_on_its_boundaries_in_any_case_and_form(world: World) -> None:
    for text in ("CAFÉ at noon", "cafe\u0301!", "cafés", "the café-bar", "décaféiné", "#Café"):
        world.tweet("b", text=text)
    world.tweet("b", text="see https://x.example/café").tweet("b", hashtags=["café"]).tweet("b")
    world.act("a", "mute_word", text="Café")
    engine = world.engine()
    assert kept(engine, Muted(engine.state)) == [2, 4, 6, 8]
    assert kept(engine, Muted(engine.state), "c") == list(range(9))


def test_a_phrase_is_muted_as_a_whole(world: World) -> None:
    for text in ("Breaking\n news!", "news breaking", "breaking", "breaking: news", "東京タワー"):
        world.tweet("b", text=text)
    world.tweet("b", text="breaking").tweet("b", text="news")  # side by side, and not one
    world.act("a", "mute_word", text="breaking news").act("a", "mute_word", text="東京")
    engine = world.engine()
    assert kept(engine, Muted(engine.state)) == [1, 2, 3, 5, 6]


def test_a_domain_is_muted_with_its_subdomains(world: World) -> None:
    for text in ("https://evil.example/x", "http://a.b.EVIL.example", "notevil.example", "evil"):
        world.tweet("b", text=text)
    world.act("a", "mute_domain", text="evil.example")
    engine = world.engine()
    assert kept(engine, Muted(engine.state)) == [2, 3]


def test_sources_waste_no_places_on_what_may_not_be_seen(world: World) -> None:
    for _ in range(60):
        world.tweet("b", visibility="followers", text="public life")
        world.tweet("c", text="cats")
        world.tweet("c", text="dogs")
    world.act("a", "mute_word", text="cats").follow("a", "d")
    world.follow("d", "b", "c")
    for tweet in range(180):
        world.act("d", "like", tweet)
    engine = world.engine()
    query = engine.hydrate.query("a", 10)
    mixer = engine.products["for_you"].mixer
    sources = {
        type(one.source).__name__: retrieve(
            query,
            [replace(one, limit=20, gates=())],
            mixer.eligibility,
            mixer.visibility,
            Trace(),
        )
        for one in mixer.candidates
    }
    for name in ("Graph", "OutOfNetwork", "FollowRecs", "Popular"):
        assert (sources[name].tweet % 3 == 2).all(), name
        assert len(sources[name]) == 20, name


@pytest.mark.parametrize("filter_", [Audience, Muted])
@pytest.mark.parametrize("product", ["for_you", "following", "without_profiling"])
def test_where_nobody_knows_who_may_see_nothing_is_shown(
    world: World, filter_: type, product: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tweet("b").follow("a", "b")
    engine = world.engine()

    def fail(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(filter_, "keep", fail)
    with pytest.raises(FailedClosedError, match=filter_.__name__):
        engine.products[product].run(engine.hydrate.query("a", 10))
    with pytest.raises(FailedClosedError, match=filter_.__name__):
        score_tweets(engine, "a", ["0"])


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_product_page_or_score_shows_what_the_rule_forbids(seed: int) -> None:
    with TemporaryDirectory() as folder:
        chance = Random(seed)
        world = World(Path(folder))
        facts = [tweet_of(chance) for _ in range(60)]
        for author, fact in facts:
            world.tweet(author, hours_ago=chance.uniform(0.1, 20), **fact)
        for who in PEOPLE:
            world.follow(who, *chance.sample([one for one in PEOPLE if one != who], 2))
            if chance.random() < 0.5:
                end = chance.choice([None, NOW - 1, NOW, NOW + 1])
                world.act(who, "mute_word", text="CATS", expires_at=end, ago=2)
                if chance.random() < 0.5:
                    world.act(who, "unmute_word", text="Cats", ago=chance.choice([1, 3]))
            if chance.random() < 0.5:
                world.act(who, "mute_domain", text="EVIL.example")
            for tweet in chance.sample(range(60), 10):
                world.act(who, "like", tweet)
        engine = world.engine()
        for viewer in (*chance.sample(PEOPLE, 3), "never-met"):
            allowed = {str(row) for row, one in enumerate(facts) if may_see(world, viewer, *one)}
            muted = {str(row) for row, (_, one) in enumerate(facts) if hides(world, viewer, one)}
            shown = shown_to(engine, viewer)
            assert shown
            assert shown <= allowed - muted
            scored = score_tweets(engine, viewer, [str(row) for row in range(60)])
            ids = engine.state.tweets.ids.ids(scored.scored.batch.tweet)
            assert {*ids} == allowed
            assert {*scored.unknown}.isdisjoint(allowed)
            for id_, dropped in zip(ids, scored.scored.dropped_by, strict=True):
                assert dropped or id_ not in muted


def tweet_of(chance: Random) -> tuple[str, dict[str, Any]]:
    words = ["cats and dogs", "dogs", "see https://a.evil.example/x", "#cats", "concatenate"]
    fact = {
        "visibility": chance.choice([None, *VISIBILITIES]),
        "mentions": chance.sample(PEOPLE, 2),
        "text": chance.choice(words),
    }
    return chance.choice(PEOPLE), fact


def may_see(world: World, viewer: str, author: str, fact: dict[str, Any]) -> bool:
    """The rule, in plain words."""
    follows = {(one["follower_id"], one["followee_id"]) for one in world.follows}
    match fact["visibility"]:
        case None | "public":
            return True
        case "unlisted" | "followers":
            return viewer == author or (viewer, author) in follows
        case _:
            return viewer == author or viewer in fact["mentions"]


def hides(world: World, viewer: str, fact: dict[str, Any]) -> bool:
    acts: list[dict[str, Any]] = [
        one for one in world.acts if one["user_id"] == viewer and "text" in one
    ]
    acts.sort(key=lambda one: one["created_at"])
    words = [one for one in acts if "word" in one["action"]]
    cats = False
    for one in words:
        end = one.get("expires_at")
        cats = one["action"] == "mute_word" and (end is None or end > NOW)
    has_cats = fact["text"] in ("cats and dogs", "#cats")
    return (cats and has_cats) or (len(acts) > len(words) and "evil" in fact["text"])


def shown_to(engine: Engine, viewer: str) -> set[str]:
    """Every tweet of every page of every product that could answer, whatever its gates say."""
    query = engine.hydrate.query(viewer, 7)
    rows = chain.from_iterable(pages(product, query) for product in answering(engine))
    return {engine.state.tweets.ids.id(row) for row in rows}


def pages(product: ProductPipeline, query: Query) -> Iterator[int]:
    """The first page, and a later one of a feed that began when everybody might see everything."""
    mixed = product.mixer.run(query, Trace())
    yield from mixed.pool.tweet.tolist()
    tweet = np.arange(60, dtype=np.int32)
    author = query_author(product)[tweet]
    pool = CandidateBatch(tweet, author, np.ones(60, np.uint32))
    whole = query._replace(limit=60)
    later, *_ = product.mixer.next_page(whole, pool, 0, Trace())
    assert len(later) >= 3  # so that the rule has something to forbid
    yield from later.tweet.tolist()


def query_author(product: ProductPipeline) -> Rows:
    (deleted,) = (one for one in product.mixer.visibility if isinstance(one, Deleted))
    return deleted.state.tweets.author


def answering(engine: Engine) -> Iterator[ProductPipeline]:
    waiting = list(engine.products.values())
    while waiting:
        product = waiting.pop()
        yield product
        waiting += [one for one in (product.otherwise, product.fallback) if one is not None]
