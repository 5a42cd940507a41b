"""The order of a feed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.retrieval.best_first import best_first

scores = st.lists(
    st.sampled_from([0.0, -0.0, 1.0, 0.5, -0.5, -2.0, 1e-40, 3e38, -3e38])
    | st.floats(-1, 1, width=32),
    max_size=40,
)


@given(scores, st.randoms(use_true_random=False))
def test_the_greatest_score_comes_first_and_of_equals_the_lower_tweet(
    given_scores: list[float], random: np.random.RandomState
) -> None:
    score = np.array(given_scores, np.float32)
    tweet = np.arange(len(score), dtype=np.int32)
    random.shuffle(tweet)
    np.testing.assert_array_equal(best_first(score, tweet), np.lexsort((tweet, -score)))


def test_a_column_of_a_matrix_has_an_order_too() -> None:
    matrix = np.array([[0.1, 9], [0.3, 9], [0.2, 9]], np.float32)
    assert best_first(matrix[:, 0], np.arange(3, dtype=np.int32)).tolist() == [1, 2, 0]
