"""Wanting to see less of somebody: nothing for two weeks, then little, then as before."""

from __future__ import annotations

import numpy as np
import pytest

from app.filters.see_fewer import SeeFewer
from app.pipeline.batch import CandidateBatch
from app.rescorers.feedback_fatigue import FeedbackFatigue
from tests.unit.app.conftest import World

DAY = 24


@pytest.mark.parametrize(
    ("days_ago", "kept", "factor"),
    [(1, False, 0.2), (13, False, 0.2), (15, True, 0.2), (60, True, 0.4), (100, True, 0.6),
     (130, True, 0.8), (160, True, 1.0), (1000, True, 1.0)],
)  # fmt: skip
def test_an_author_comes_back_step_by_step(
    world: World, days_ago: int, kept: bool, factor: float
) -> None:
    world.tweet("b").tweet("c").tweet("b", hours_ago=days_ago * DAY + 1)
    world.act("a", "not_interested", tweet=2, ago=days_ago * DAY)
    engine = world.engine()
    query = engine.hydrate.query("a", 10)
    batch = CandidateBatch.of(np.array([0, 1], np.int32), engine.state.tweets.author[:2])
    assert SeeFewer().keep(query, batch).tolist() == [kept, True]
    np.testing.assert_allclose(FeedbackFatigue().factor(query, batch), [factor, 1], rtol=1e-6)


def test_nobody_else_is_concerned(world: World) -> None:
    world.tweet("b").act("a", "not_interested", tweet=0)
    query = (engine := world.engine()).hydrate.query("c", 10)
    batch = CandidateBatch.of(np.array([0], np.int32), engine.state.tweets.author[:1])
    assert SeeFewer().keep(query, batch).all()
