"""Every component can say why: a filter on what value, a ranker by which numbers."""

from __future__ import annotations

from app.pipeline.components import Explained, Grounded
from app.serving.engine import Engine
from tests.laws.test_wiring import products


def test_every_filter_says_on_what_value_it_judges(
    tiny_engine: Engine, chosen_engine: Engine
) -> None:
    for engine in (tiny_engine, chosen_engine):
        for product in products(engine):
            for filter_ in (*product.mixer.eligibility, *product.mixer.visibility):
                assert isinstance(filter_, Grounded), filter_


def test_every_ranker_says_how_it_came_to_a_score(
    tiny_engine: Engine, chosen_engine: Engine
) -> None:
    for engine in (tiny_engine, chosen_engine):
        for product in products(engine):
            assert isinstance(product.mixer.scoring.ranker, Explained), product.name
