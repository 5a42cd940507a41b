"""Other settings for one request: what rules hide stays hidden, and nobody else's feed changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.errors import InvalidRequestError
from app.products.presets import PRESETS
from app.products.rules import RULES
from app.serving.engine import Engine
from app.serving.overrides import LIMITS, OTHERS, Overrides
from app.serving.previews import REMEMBERED
from app.settings import Settings
from ml.heads import NAMES as HEADS
from tests.laws.test_wiring import products

SHARES = [name for name in OTHERS if name.endswith("_share") and name != "latest_share"]


def taste() -> st.SearchStrategy[dict[str, Any]]:
    """Overrides within their bounds."""
    share = st.floats(0, 1)
    return st.fixed_dictionaries(
        {},
        optional={
            "preset": st.sampled_from([*PRESETS]),
            "weights": st.dictionaries(st.sampled_from([*HEADS]), st.floats(0.1, 100), max_size=3),
            **dict.fromkeys(LIMITS, st.integers(0, 500)),
            **dict.fromkeys(SHARES, share),
            "out_of_network_factor": st.floats(0.01, 1),
            "source_half_life_hours": st.floats(0.1, 10_000),
            "recency_half_life_hours": st.floats(0.1, 10_000),
            "recency_floor": share,
            "rules": st.sampled_from([*RULES]),
            "budget": share,
            "prices": st.dictionaries(st.sampled_from(["share", "author", "topic"]), share),
        },
    )


def fed(engine: Engine, user: str, overrides: Overrides | None = None) -> list[int]:
    query = engine.hydrate.query(user, 100)
    asked = engine.products if overrides is None else engine.previews.of(overrides)
    rows: list[int] = asked["for_you"].run(query).batch.tweet.tolist()
    return rows


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(overrides=taste(), place=st.integers(0, 99))
def test_no_override_shows_what_a_rule_hides(
    tiny_engine: Engine, overrides: dict[str, Any], place: int
) -> None:
    user = tiny_engine.state.users.ids.id(place)
    before = fed(tiny_engine, user)
    query = tiny_engine.hydrate.query(user, 100)
    served = tiny_engine.previews.of(Overrides(**overrides))["for_you"].run(query)
    mixer = tiny_engine.products["for_you"].mixer
    for hides in (*mixer.eligibility, *mixer.visibility):
        assert hides.keep(query, served.batch).all(), hides
    assert len(set(served.batch.tweet.tolist())) == len(served.batch)
    assert fed(tiny_engine, user) == before


def test_without_overrides_a_preview_is_the_feed(
    tiny_engine: Engine, chosen_engine: Engine
) -> None:
    for engine in (tiny_engine, chosen_engine):
        for row in range(0, 100, 9):
            user = engine.state.users.ids.id(row)
            assert fed(engine, user, Overrides()) == fed(engine, user)


def test_what_an_override_leaves_alone_is_shared_with_the_products_in_use(
    tiny_engine: Engine,
) -> None:
    mixer = tiny_engine.products["for_you"].mixer
    previewed = tiny_engine.previews.of(Overrides(graph_share=0.5))["for_you"].mixer
    kept = [new.source is old.source for new, old in zip(
        previewed.candidates, mixer.candidates, strict=True
    )]  # fmt: skip
    assert sum(kept) >= len(kept) - 1  # ItemItem remembers the last query
    assert previewed.candidates[1].share == 0.5
    assert not previewed.side_effects
    other = tiny_engine.previews.of(Overrides(source_half_life_hours=3))["for_you"].mixer
    assert other.candidates[0].source != mixer.candidates[0].source


def test_few_previews_are_remembered(tiny_engine: Engine) -> None:
    first = tiny_engine.previews.of(Overrides(graph_share=0.001))
    assert tiny_engine.previews.of(Overrides(graph_share=0.001)) is first
    for step in range(REMEMBERED):
        tiny_engine.previews.of(Overrides(graph_share=0.01 * (step + 1)))
    assert tiny_engine.previews.of(Overrides(graph_share=0.001)) is not first


def test_a_preset_counts_by_itself_and_weights_beside_those_in_use(tiny_engine: Engine) -> None:
    def weights(**overrides: Any) -> dict[str, float]:
        ranker: Any = tiny_engine.previews.of(Overrides(**overrides))[
            "for_you"
        ].mixer.scoring.ranker
        return dict(ranker.fusion.weights)

    in_use = weights()
    assert weights(weights={"reply": 7.0}) == in_use | {"reply": 7.0}
    assert weights(preset="seed") == PRESETS["seed"].weights
    assert weights(preset="seed", weights={"like": 2.0}) == {**PRESETS["seed"].weights, "like": 2.0}


def test_weights_that_make_no_order_are_refused(tiny_engine: Engine) -> None:
    worthless = dict.fromkeys((*HEADS, "similarity"), -1.0)
    with pytest.raises(InvalidRequestError, match="above 0"):
        tiny_engine.previews.of(Overrides(weights=worthless))


@pytest.mark.parametrize(
    "beyond",
    [
        {"graph_share": 1.5},
        {"graph_limit": 501},
        {"out_of_network_factor": 0},
        {"source_half_life_hours": -1},
        {"graph_share": float("nan")},
        {"weights": {"like": 1e9}},
        {"weights": {"karma": 1}},
        {"preset": "mine"},
        {"rules": "mine"},
        {"prices": {"karma": 0.1}},
        {"budget": 2},
        {"unsafe_toxicity": 1.0},
        {"max_age_hours": 1e6},
    ],
)
def test_what_is_out_of_bounds_is_refused(beyond: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Overrides(**beyond)


def test_no_setting_that_hides_can_be_overridden(tiny_engine: Engine) -> None:
    hiding = {
        "unsafe_nsfw",
        "unsafe_toxicity",
        "unsafe_though_denied",
        "hide_orphaned_replies",
        "see_fewer_hours",
        "served_hours",
        "max_age_hours",
    }
    assert hiding <= {*Settings.model_fields}
    assert not hiding & {*Overrides.model_fields}
    overrides = Overrides(**dict.fromkeys(SHARES, 0))
    for old, new in zip(
        products(tiny_engine),
        (one for asked in tiny_engine.previews.of(overrides).values() for one in walk(asked)),
        strict=True,
    ):
        assert new.mixer.eligibility == old.mixer.eligibility
        assert new.mixer.visibility == old.mixer.visibility
        assert [*new.mixer.slate] == [*old.mixer.slate]


def walk(product: Any) -> Any:
    yield product
    for other in (product.otherwise, product.fallback):
        if other is not None:
            yield from walk(other)


def test_shares_move_places(tiny_engine: Engine) -> None:
    state = tiny_engine.state
    user = state.users.ids.id(int(state.history.written.argmax()))
    free = {"prices": {"share": 1.0}, "budget": 1.0}
    strangers = Overrides(in_network_share=0, graph_share=0, out_of_network_share=1, **free)
    query = tiny_engine.hydrate.query(user, 10)
    mixer = tiny_engine.products["for_you"].mixer
    near = 1 << mixer.sources.index("OutOfNetwork")

    def count(overrides: Overrides) -> int:
        batch = tiny_engine.previews.of(overrides)["for_you"].run(query).batch
        return int(np.count_nonzero(batch.sources & np.uint32(near)))

    assert count(strangers) > count(Overrides())
