"""A page fills from its channels, and the chance of being shown is known."""

from __future__ import annotations

import numpy as np

from datagen.offers import Offers, Slates
from datagen.slate_sampling import sample_slates


def offers(sessions: int, weights: dict[int, list[float]]) -> Offers:
    """The same offers to every session: channel → weights, each tweet by its own author."""
    channel = np.concatenate([np.full(len(w), c) for c, w in weights.items()])
    weight = np.concatenate([np.array(w) for w in weights.values()])
    n = len(weight)
    return Offers(
        session=np.repeat(np.arange(sessions, dtype=np.int32), n),
        tweet=np.tile(np.arange(n, dtype=np.int32), sessions),
        author=np.tile(np.arange(n, dtype=np.int32), sessions),
        channel=np.tile(channel.astype(np.int32), sessions),
        weight=np.tile(weight, sessions),
        share=np.ones(n * sessions),
    )


def shown(weights: dict[int, list[float]], length: int, sessions: int = 1) -> Slates:
    rng = np.random.default_rng(3)
    return sample_slates(offers(sessions, weights), np.full(sessions, length), rng)


def test_half_the_page_is_from_followees_when_they_have_news() -> None:
    page = shown({0: [1.0] * 20, 1: [1.0] * 20, 2: [1.0] * 20}, length=8)
    assert np.bincount(page.tweet // 20).tolist() == [4, 2, 2]


def test_what_followees_cannot_fill_falls_through() -> None:
    page = shown({1: [1.0] * 20, 2: [1.0] * 20}, length=8)
    assert np.bincount(page.tweet // 20).tolist() == [4, 4]
    assert len(shown({2: [1.0] * 20}, length=8).tweet) == 8


def test_positions_count_from_the_top_of_each_page() -> None:
    pages = shown({0: [1.0] * 9}, length=4, sessions=3)
    assert pages.position.tolist() == [0, 1] * 3
    assert pages.session.tolist() == [0, 0, 1, 1, 2, 2]


def test_an_author_appears_once_a_page() -> None:
    many = offers(1, {0: [1.0] * 6})
    alone = Offers(
        many.session,
        many.tweet,
        np.zeros_like(many.author),
        many.channel,
        many.weight,
        many.share,
    )
    page = sample_slates(alone, np.array([10]), np.random.default_rng(0))
    assert len(page.tweet) == 1


def test_weighting_by_propensity_counts_every_tweet_once() -> None:
    """The Horvitz-Thompson estimate of how many tweets there were is right on average."""
    weights = [4.0, 2.0, 1.0, 1.0, 0.5, 0.5]
    pages = shown({2: weights}, length=2, sessions=20_000)
    estimate = np.bincount(pages.tweet, 1.0 / pages.propensity) / 20_000
    np.testing.assert_allclose(estimate, 1.0, atol=0.06)
