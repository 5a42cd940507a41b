"""What can be undone: batches give what single events give, and undoing takes back exactly."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.actions import UNDOES, Action
from ml.state.structures.changes import Changes
from ml.state.structures.lww_register import LwwRegister

KINDS = (Action.LIKE, Action.RETWEET)
STEP = st.tuples(
    st.sampled_from([Action.LIKE, Action.UNLIKE, Action.RETWEET, Action.UNRETWEET]),
    st.integers(0, 2),
    st.integers(0, 2),
)
Step = tuple[Action, int, int]


def apply(toggles: LwwRegister, steps: list[Step], start: int) -> Changes:
    action, left, right = np.array(steps, np.int32).reshape(-1, 3).T.copy()
    at = np.arange(start, start + len(steps))
    tiebreak, weight = np.zeros(len(at), np.uint64), (10 * at).astype(np.int32)
    return toggles.apply(action.astype(np.int8), left, right, at, tiebreak, weight)


@given(st.lists(STEP, min_size=1, max_size=40), st.integers(1, 40))
def test_batches_give_what_single_events_give(steps: list[Step], size: int) -> None:
    once, often = LwwRegister(KINDS, UNDOES), LwwRegister(KINDS, UNDOES)
    for at, step in enumerate(steps):
        apply(once, [step], at)
    for start in range(0, len(steps), size):
        apply(often, steps[start : start + size], start)
    users, tweets = (part.ravel().astype(np.int32) for part in np.mgrid[0:3, 0:3])
    for kind in KINDS:
        np.testing.assert_array_equal(once.on(kind, users, tweets), often.on(kind, users, tweets))
        one, other = (t.since[t.index.find(users, tweets), t.column(kind)] for t in (once, often))
        known = once.index.find(users, tweets) >= 0
        np.testing.assert_array_equal(one[known], other[known])


@given(st.lists(STEP, min_size=1, max_size=40), st.integers(1, 40))
def test_changes_add_up_to_what_is_on(steps: list[Step], size: int) -> None:
    toggles, total = LwwRegister(KINDS, UNDOES), 0.0
    for start in range(0, len(steps), size):
        total += apply(toggles, steps[start : start + size], start).sign.sum()
    assert total == (~np.isnan(toggles.since)).sum()


def test_undoing_names_the_time_and_the_weight_of_the_doing() -> None:
    toggles = LwwRegister(KINDS, UNDOES)
    apply(toggles, [(Action.LIKE, 1, 2)], 100)
    undone = apply(toggles, [(Action.UNLIKE, 1, 2)], 500)
    assert undone.at.tolist() == [100]
    assert undone.weight.tolist() == [1000]
    assert undone.sign.tolist() == [-1]


def test_doing_again_moves_the_time_of_the_doing() -> None:
    toggles = LwwRegister(KINDS, UNDOES)
    assert len(apply(toggles, [(Action.LIKE, 1, 2), (Action.LIKE, 1, 2)], 0).row) == 1
    again = apply(toggles, [(Action.LIKE, 1, 2)], 9)
    assert again.at.tolist() == [1, 9]
    assert again.sign.tolist() == [-1, 1]


def test_what_is_older_than_the_last_word_changes_nothing() -> None:
    toggles = LwwRegister(KINDS, UNDOES)
    apply(toggles, [(Action.UNLIKE, 1, 2)], 100)
    assert len(apply(toggles, [(Action.LIKE, 1, 2)], 99).row) == 0
    assert not toggles.on(Action.LIKE, np.array([1], np.int32), np.array([2], np.int32))[0]
