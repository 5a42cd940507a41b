"""Who answers whom, and what the query carries."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.pipeline.product import ProductPipeline
from app.pipeline.served_page import ServedPage
from app.products.presets import PRESETS
from app.rankers.heavy import HeavyRanker
from app.serving.engine import Engine, build_engine
from app.serving.feed import Feed
from app.serving.service import Service
from app.setting_values import WEIGHED
from app.settings import Settings
from ml.event_log import bodies
from ml.event_log.record import Entry
from tests.unit.app.conftest import World


def served_by(engine: Engine, viewer: str) -> tuple[str, list[int]]:
    served = engine.products["for_you"].run(engine.hydrate.query(viewer, 10))
    return served.product.name, served.batch.tweet.tolist()


def test_everybody_is_answered_by_who_knows_most_about_them(world: World) -> None:
    world.tweet("g", 3).tweet("h", 2).follow("a", "g").act("b", "like", 0)
    engine = world.engine()
    assert served_by(engine, "a") == ("heuristic", [0, 1])
    assert served_by(engine, "b") == ("discovery", [1])
    assert served_by(engine, "c")[0] == "newcomer"
    assert served_by(engine, "never-met")[0] == "newcomer"


def test_a_world_with_nothing_fresh_gives_an_empty_feed(world: World) -> None:
    world.tweet("g", -1).follow("a", "g")
    assert served_by(world.engine(), "a") == ("heuristic", [])


def test_a_viewer_who_blocked_everybody_gets_an_empty_feed(world: World) -> None:
    world.tweet("g", 1).follow("a", "g").act("a", "block", on="g")
    assert served_by(world.engine(), "a") == ("heuristic", [])


def test_chance_depends_on_viewer_moment_and_model_alone(world: World) -> None:
    world.tweet("g", 1)
    hydrate = world.engine().hydrate
    assert hydrate.query("a", 10).seed == hydrate.query("a", 50).seed
    assert hydrate.query("a", 10).seed != hydrate.query("b", 10).seed


def test_whom_the_viewer_follows_is_known_with_the_ties(world: World) -> None:
    world.tweet("g", 1).follow("a", "g", "c").act("a", "like", 0)
    query = world.engine().hydrate.query("a", 10)
    assert query.neighborhood.following.tolist() == [2, 6]
    assert 0 < query.tie_strength[0] < query.tie_strength[1] < 1


def test_what_is_popular_is_only_for_those_who_follow_few(world: World) -> None:
    world.tweet("g", 3).tweet("h", 2).follow("a", "g").follow("b", "g", "h").act("c", "like", 0)
    engine = world.engine(popular_max_following=1)

    def asked(viewer: str) -> set[str]:
        served = engine.products["for_you"].run(engine.hydrate.query(viewer, 10))
        return {span.component for span in served.trace.spans if span.stage == "retrieve"}

    assert "Popular" in asked("a")
    assert "Popular" not in asked("b")


def test_a_gate_needs_somebody_to_answer_those_outside(tiny_engine: Engine) -> None:
    product = tiny_engine.products["for_you"]
    with pytest.raises(ValueError, match="those outside"):
        ProductPipeline("lonely", product.mixer, gates=product.gates)


def test_following_is_everything_by_followees_newest_first(world: World) -> None:
    world.tweet("g", 9).tweet("h", 2).tweet("b", 1).tweet("g", 3, in_reply_to_id="0")
    world.tweet("g", created_at=None).follow("a", "g", "h").act("a", "reply", tweet=0)
    engine = world.engine()

    def shown(viewer: str) -> list[int]:
        query = engine.hydrate.query(viewer, 10)
        tweets: list[int] = engine.products["following"].run(query).batch.tweet.tolist()
        return tweets

    assert shown("a") == [1, 3, 4]
    assert shown("b") == shown("never-met") == []


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_ranks_by_the_heads_it_names(
    tiny_artifacts: Path, tiny_data: Path, name: str
) -> None:
    settings = Settings(artifacts=tiny_artifacts, data_dir=tiny_data, preset=name)
    engine = build_engine(settings, wall=lambda: 4e9)
    served = engine.products["for_you"].run(engine.hydrate.query("1", 10))
    assert served.product.name == "for_you"
    assert 0 < served.batch["score"].min() < served.batch["score"].max() < 1


def test_presets_only_weigh_what_is_predicted(tiny_engine: Engine) -> None:
    for preset in PRESETS.values():
        assert set(preset.weights) <= set(WEIGHED)
        assert not set(preset.weights) & set(preset.without_head)
        assert max(preset.weights.values()) > 0


def test_a_weight_in_the_settings_stands_in_for_that_of_the_preset(
    tiny_artifacts: Path, tiny_data: Path
) -> None:
    settings = Settings(artifacts=tiny_artifacts, data_dir=tiny_data, weights={"reply": 5})
    ranker = build_engine(settings).products["for_you"].mixer.scoring.ranker
    engine = build_engine(Settings(artifacts=tiny_artifacts, data_dir=tiny_data))
    usual = engine.products["for_you"].mixer.scoring.ranker
    assert isinstance(ranker, HeavyRanker)
    assert isinstance(usual, HeavyRanker)
    assert ranker.fusion.weights == {**usual.fusion.weights, "reply": 5}


def test_running_a_product_has_no_side_effects(world: World) -> None:
    """Evaluation and the console run products; only a page that is served is remembered."""
    engine = world.tweet("b").engine()
    remembered: list[Entry] = []

    class Recording:
        def remember(self, served: ServedPage, entry: Entry) -> None:
            remembered.append(entry)

    engine.served_log.connect(Recording())
    query = engine.hydrate.query("a", 10)
    for product in engine.products.values():
        product.run(query)
    assert not remembered
    page = asyncio.run(Feed(Service(engine)).page("a", 10, "for_you", None, "request"))
    (entry,) = remembered
    ids = engine.state.tweets.ids.ids(page.served.batch.tweet)
    assert bodies.json_of(entry)["shown"] == tuple(ids)
