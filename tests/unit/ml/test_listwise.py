"""The listwise stage finds what choices were made by, and counts every viewer once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml.evidence.columns import NAMES, Evidence
from ml.evidence.popularity import Popularity
from ml.models.listwise import Listwise
from ml.state.feature_state import FeatureState
from ml.training import listwise
from ml.training.listwise import Choice

BY = NAMES.index("popular")
NOISE = NAMES.index("age")


@pytest.fixture
def evidence(tiny_state: FeatureState) -> Evidence:
    return Evidence(Popularity(tiny_state, (86_400,)), 3_600.0)


def choices(rng: np.random.Generator, viewers: int, weight: float = 2.0) -> list[Choice]:
    """Each viewer chooses one of thirty rows, by one column alone."""
    made = []
    for viewer in range(viewers):
        columns = np.zeros((30, len(NAMES)), np.float32)
        columns[:, BY], columns[:, NOISE] = rng.normal(size=30), rng.normal(size=30)
        odds = np.exp(weight * columns[:, BY])
        chosen = np.zeros(30, np.float32)
        chosen[rng.choice(30, p=odds / odds.sum())] = 1
        made.append(Choice(viewer, columns, chosen))
    return made


def test_it_finds_the_weight_that_choices_were_made_by(
    evidence: Evidence, rng: np.random.Generator
) -> None:
    fitted = listwise.fit(choices(rng, 600), evidence)
    assert fitted is not None
    assert fitted.model.weight[BY] == pytest.approx(2.0, abs=0.25)
    assert abs(fitted.model.weight[NOISE]) < 0.15
    others = np.delete(fitted.model.weight, [BY, NOISE])
    assert not others.any()  # what never varies says nothing


def test_the_average_row_of_a_page_is_worth_one(
    evidence: Evidence, rng: np.random.Generator
) -> None:
    made = choices(rng, 300)
    fitted = listwise.fit(made, evidence)
    assert fitted is not None
    values = [np.exp(np.sort(fitted.model.log_value(one.evidence))[-10:]).mean() for one in made]
    assert np.mean(values) == pytest.approx(1, rel=1e-3)


def test_a_viewer_who_comes_often_counts_once(evidence: Evidence, rng: np.random.Generator) -> None:
    many, one = choices(rng, 200), choices(rng, 1, -5.0)
    alone = listwise.fit(many, evidence)
    with_one = listwise.fit(
        [*many, *(replace(one[0], viewer=10_000) for _ in range(400))], evidence
    )
    assert alone is not None
    assert with_one is not None
    assert with_one.model.weight[BY] == pytest.approx(alone.model.weight[BY], abs=0.3)


def test_too_few_choices_fit_nothing(evidence: Evidence, rng: np.random.Generator) -> None:
    assert listwise.fit(choices(rng, listwise.FEWEST - 1), evidence) is None
    nothing = [replace(one, chosen=one.chosen * 0) for one in choices(rng, 200)]
    assert listwise.fit(nothing, evidence) is None


def test_the_same_choices_give_the_same_bytes(evidence: Evidence) -> None:
    first, second = (
        listwise.fit(choices(np.random.default_rng(3), 100), evidence) for _ in range(2)
    )
    assert first is not None
    assert second is not None
    assert first.model.weight.tobytes() == second.model.weight.tobytes()


def test_contributions_add_up_and_survive_a_file(
    evidence: Evidence, rng: np.random.Generator
) -> None:
    fitted = listwise.fit(choices(rng, 100), evidence)
    assert fitted is not None
    rows = choices(rng, 1)[0].evidence
    model = Listwise.of(fitted.model.arrays())
    np.testing.assert_allclose(
        model.contributions(rows).sum(axis=1) + model.offset,
        fitted.model.log_value(rows),
        rtol=1e-5,
    )
    assert model.spans == (86_400,)
    assert model.median_age == 3_600.0
