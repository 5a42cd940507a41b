"""What is checked of explanations is checked: a small run keeps every bar, and a lie is found."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from app.serving.engine import Engine
from app.serving.why.explain import Explanation, explain
from evaluation.loadtest import explained
from evaluation.loadtest.command import Given
from evaluation.loadtest.explained import LIMIT, PRODUCT, Found


def test_a_small_run_keeps_every_bar(tiny_artifacts: Path) -> None:
    report = explained.measure(Given(tiny_artifacts, 7, Namespace(users=5, tweets=12)))
    assert report.kept, report.table()
    assert {"served", "ranked", "dropped"} <= set(report.figures["outcomes"])
    assert report.figures["enter_with_the_change"] > 10
    assert report.figures["kept_out_by_a_hard_rule"] > 0


@pytest.fixture
def second(tiny_engine: Engine) -> Explanation:
    """Of the second tweet of somebody's page."""
    query = tiny_engine.hydrate.query("5", LIMIT)
    ids = tiny_engine.state.tweets.ids
    tweet = ids.id(int(tiny_engine.products[PRODUCT].run(query).batch.tweet[1]))
    found = explain(tiny_engine, "5", tweet, PRODUCT, LIMIT, relations=True)
    assert found is not None
    return found


def test_a_lie_about_a_place_is_found(tiny_engine: Engine, second: Explanation) -> None:
    found = Found()
    found.add(tiny_engine, "5", second)
    assert found.faults == []
    found.add(tiny_engine, "5", replace(second, place=3))
    assert found.faults


def test_a_sum_that_is_not_one_breaks_the_bar(tiny_engine: Engine, second: Explanation) -> None:
    more = {name: value + 1e-4 for name, value in second.worth.evidence.items()}
    found = Found()
    found.add(tiny_engine, "5", replace(second, worth=replace(second.worth, evidence=more)))
    assert not found.report(1).kept
