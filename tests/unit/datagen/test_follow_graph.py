"""The follow graph finds follows by their ends, and they hold from their beginning."""

from __future__ import annotations

import numpy as np

from datagen.follow_graph import FollowGraph
from datagen.pairs import Pairs

ROW = np.int32


def graph() -> FollowGraph:
    """0 follows 1 from second 10, 2 follows 0 from second 20; three users."""
    key = np.array([1, 6])
    return FollowGraph(3, key, np.array([10, 20]), np.array([0.5, 0.7], np.float32))


def strength(them: FollowGraph, at: int) -> list[float]:
    follower, followee = np.array([0, 2, 1], ROW), np.array([1, 0, 0], ROW)
    found = them.strength_between(follower, followee, np.full(3, at))
    return [float(one) for one in found.round(3)]


def test_a_tie_holds_from_its_beginning() -> None:
    np.testing.assert_allclose(strength(graph(), 9), [0, 0, 0])
    np.testing.assert_allclose(strength(graph(), 10), [0.5, 0, 0], atol=1e-3)
    np.testing.assert_allclose(strength(graph(), 20), [0.5, 0.7, 0], atol=1e-3)


def test_a_tie_made_earlier_replaces_the_one_to_come() -> None:
    sooner = graph().joined_by(np.array([6, 3]), np.array([5, 5]), np.array([0.9, 0.2], np.float32))
    assert sooner.key.tolist() == [1, 3, 6]
    np.testing.assert_allclose(strength(sooner, 9), [0, 0.9, 0.2], atol=1e-3)
    assert graph().unchanged_in(sooner).key.tolist() == [1]


def test_no_ties_at_all_are_ties_too() -> None:
    empty = np.empty(0, np.int64)
    nobody = FollowGraph(3, empty, empty, np.empty(0, np.float32))
    assert strength(nobody, 100) == [0, 0, 0]


def test_pairs_are_remembered_with_their_direction() -> None:
    pairs = Pairs(width=10)
    assert not pairs.holds(np.array([1], ROW), np.array([2], ROW)).any()
    pairs.add(np.array([1, 4], ROW), np.array([2, 9], ROW))
    left, right = np.array([1, 2, 4], ROW), np.array([2, 1, 9], ROW)
    assert pairs.holds(left, right).tolist() == [True, False, True]
