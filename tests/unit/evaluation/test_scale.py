"""A drawn world of any size is one that can be served."""

from __future__ import annotations

import numpy as np

from evaluation.loadtest.scale_world import IMPRESSIONS, scaled_state


def test_a_drawn_state_has_as_much_evidence_as_it_says() -> None:
    state = scaled_state(1_000, 7)
    assert len(state.tweets) == 1_000
    assert len(state.users) == 100
    pairs = len(state.seen.index)
    assert 0.3 * IMPRESSIONS * 1_000 < pairs <= IMPRESSIONS * 1_000  # who saw a tweet twice is one
    assert (np.diff(np.sort(state.graph.followers)) >= 0).all()
    assert state.graph.followers.sum() > 5 * len(state.users)
    assert state.history.written.sum() > len(state.tweets) / 2


def test_the_same_seed_draws_the_same_state() -> None:
    one, other = scaled_state(300, 3), scaled_state(300, 3)
    assert (one.seen.index.right == other.seen.index.right).all()
    assert one.tweets.text == other.tweets.text
