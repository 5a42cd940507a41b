"""A long memory never forgets, and seldom errs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ml.state.structures.bloom import Bloom

PAIRS = st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)), max_size=50)


def columns(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.array(pairs, np.uint64).reshape(-1, 2).T.copy()
    return left, right


@given(PAIRS, st.integers(1, 50))
def test_what_was_added_is_always_found(pairs: list[tuple[int, int]], size: int) -> None:
    bloom = Bloom(room=60)
    for start in range(0, len(pairs), size):
        bloom.add(*columns(pairs[start : start + size]))
    assert bloom.has(*columns(pairs)).all()


def test_strangers_are_seldom_taken_for_known(rng: np.random.Generator) -> None:
    for rate in (0.05, 0.005):
        bloom = Bloom(rate=rate, room=20_000)
        for _ in range(2):  # two filters full to the brim
            bloom.add(*rng.integers(0, 2**63, (2, 20_000)).astype(np.uint64))
        strangers = rng.integers(0, 2**63, (2, 100_000)).astype(np.uint64)
        assert bloom.has(*strangers).mean() < 1.2 * rate


def test_the_oldest_goes_in_the_end(rng: np.random.Generator) -> None:
    bloom = Bloom(room=1000)
    generations = rng.integers(0, 2**63, (3, 2, 1000)).astype(np.uint64)
    for generation in generations:
        bloom.add(*generation)
    assert bloom.has(*generations[1]).all()
    assert bloom.has(*generations[2]).all()
    assert bloom.has(*generations[0]).mean() < 0.1


def test_one_user_is_asked_about_many_tweets() -> None:
    bloom = Bloom()
    user, tweets = np.array([7], np.uint64), np.arange(5, dtype=np.uint64)
    assert not bloom.has(user, tweets).any()
    bloom.add(user.repeat(2), tweets[:2])
    assert bloom.has(user, tweets).tolist() == [True, True, False, False, False]
