"""A service starts from a state of any size with the models that were trained."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app.serving.restore_state import recall
from app.serving.served_bundle import load_bundle
from evaluation.loadtest.command import Given
from evaluation.loadtest.scaled_artifacts import scaled


def test_a_drawn_state_is_served_with_the_trained_models(tiny_artifacts: Path) -> None:
    given = Given(tiny_artifacts, 7, Namespace())
    with scaled(given, 2_000) as served:
        bundle = load_bundle(served.settings)
        assert bundle is not None
        state = recall(served.artifacts, None, bundle)
        assert len(state.tweets) == 2_000
        assert len(state.users) == 200
        assert len(state.seen.index) > 2_000
    assert not served.artifacts.exists()


def test_without_a_size_it_is_what_was_trained(tiny_artifacts: Path) -> None:
    given = Given(tiny_artifacts, 7, Namespace())
    with scaled(given, 0) as served:
        assert served is given
    assert tiny_artifacts.exists()
