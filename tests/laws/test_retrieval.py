"""Retrieval is exact: kernels choose as plain numpy does."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.follow_recommendations import recommender, standing
from app.follow_recommendations.recommender import FollowRecommender
from app.pipeline.query import Query
from app.products import shared_stages
from app.retrieval.fresh_tweets import FreshTweets
from app.retrieval.in_turns import InTurns, in_turns
from app.retrieval.sort_keys import rows_of, scores_of, sort_keys
from app.retrieval.top_k import top_k
from app.serving.engine import Engine
from app.sources import graph, out_of_network, popular
from ml.state.feature_state import ENGAGED

WORTH = st.one_of(st.integers(-2, 2).map(float), st.floats(allow_nan=False, width=32))
HALF_LIFE_HOURS = 24.0
HOUR = 3600


@pytest.fixture(scope="module")
def fresh_tweets(tiny_engine: Engine) -> FreshTweets:
    return shared_stages.fresh_tweets(tiny_engine.state, tiny_engine.settings)


def queries(engine: Engine) -> Iterator[Query]:
    ids = engine.state.users.ids
    for name in (*ids.ids(np.arange(0, len(ids), 3, dtype=np.int32)), "never met"):
        yield engine.hydrate.query(name, 20)


@given(worths=st.lists(WORTH, max_size=60), count=st.integers(1, 70), seed=st.integers(0, 9))
def test_the_best_k_are_the_first_of_a_full_sort(
    worths: list[float], count: int, seed: int
) -> None:
    worth = np.array(worths, np.float32)
    row = np.random.default_rng(seed).permutation(len(worth)).astype(np.int32)
    best, expected = top_k(sort_keys(worth, row), count), np.lexsort((row, -worth))[:count]
    np.testing.assert_array_equal(rows_of(best), row[expected])
    np.testing.assert_array_equal(scores_of(best), worth[expected])


ROWS = st.lists(st.integers(0, 30), unique=True, max_size=30)


@given(one=ROWS, other=ROWS, share=st.sampled_from([0.1, 0.3, 0.5]), limit=st.integers(0, 40))
def test_two_lists_are_merged_by_their_turns(
    one: list[int], other: list[int], share: float, limit: int
) -> None:
    turns = sorted(
        [((i + 1) / (1 - share), 0, row) for i, row in enumerate(one)]
        + [((i + 1) / share, 1, row) for i, row in enumerate(other)]
    )
    expected = list(dict.fromkeys(row for _, _, row in turns))[:limit]
    assert turn_by_turn(one, other, share, limit).tweet.tolist() == expected


def turn_by_turn(one: list[int], other: list[int], share: float, limit: int) -> InTurns:
    author = np.arange(31, dtype=np.int32)
    return in_turns(np.array(one, np.int32), np.array(other, np.int32), share, limit, author)


@given(
    rows=st.lists(st.integers(0, 30), unique=True, max_size=30),
    seed=st.integers(0, 99),
    share=st.sampled_from([0.1, 0.3, 0.5]),
    limit=st.integers(1, 40),
    more=st.integers(0, 8),
    dropped=st.sets(st.integers(0, 30)),
)
def test_what_stays_takes_turns_as_if_nothing_else_had_been_proposed(
    rows: list[int], seed: int, share: float, limit: int, more: int, dropped: set[int]
) -> None:
    other = Random(seed).sample(rows, len(rows))
    stay, others_stay = ([row for row in some if row not in dropped] for some in (rows, other))
    expected = turn_by_turn(stay, others_stay, share, limit).tweet.tolist()
    proposed = turn_by_turn(rows[: limit + more], other[: limit + more], share, limit + more)
    stays = np.array([row not in dropped for row in proposed.tweet], bool)
    found = proposed.tweet[proposed.first(stays, limit)].tolist()
    assert found == expected[: len(found)]
    if len(proposed) < limit + more or not dropped:
        assert found == expected


def test_tweets_are_proven_by_followees_each_once(
    tiny_engine: Engine, fresh_tweets: FreshTweets
) -> None:
    state = tiny_engine.state
    for query in queries(tiny_engine):
        since, oldest = query.now - 7 * 24 * HOUR, fresh_tweets.fresh(query.now).oldest
        following, tie = query.neighborhood.following, query.tie_strength
        keys = graph._proven(
            following,
            tie,
            state.history.tweet,
            state.history.at,
            state.tweets.author,
            state.tweets.created_at,
            since,
            oldest,
            query.now,
            2,
            HALF_LIFE_HOURS,
        )
        engaged, at, there = state.history.of(following)
        there &= (at > since) & (at <= query.now)
        expected = {}
        for row in np.unique(engaged[there]):
            who = (there & (engaged == row)).any(axis=1)
            written = state.tweets.created_at[row]
            foreign = state.tweets.author[row] not in following
            if who.sum() >= 2 and foreign and oldest <= written <= query.now:
                age_hours = (query.now - written) / HOUR
                weight = (tie[who].astype(np.float64) + graph.LEAST_TIE).sum()
                expected[int(row)] = np.log2(weight + 1e-9) - age_hours / HALF_LIFE_HOURS
        found = dict(zip(rows_of(keys).tolist(), scores_of(keys).tolist(), strict=True))
        assert found == pytest.approx(expected)


def test_strangers_are_worth_their_cosines(tiny_engine: Engine, fresh_tweets: FreshTweets) -> None:
    vectors = tiny_engine.encoder.tweets.vector
    for query in queries(tiny_engine):
        fresh, other = fresh_tweets.fresh(query.now), vectors[0]
        both = out_of_network._by_strangers(
            fresh.tweet,
            fresh.author,
            fresh.created_at,
            vectors,
            query.vector,
            other,
            query.neighborhood.following,
            len(tiny_engine.state.users),
            HALF_LIFE_HOURS,
            query.now,
        )
        strangers = ~np.isin(fresh.author, query.neighborhood.following)
        for taste, keys in zip((query.vector, other), both, strict=True):
            tweet = rows_of(keys)
            np.testing.assert_array_equal(tweet[::-1], fresh.tweet[strangers])
            fading = np.log(2) / HALF_LIFE_HOURS * fresh_tweets.age_hours(tweet, query.now)
            cosine = vectors[tweet].astype(np.float64) @ taste
            expected = cosine / out_of_network.TEMPERATURE - fading
            np.testing.assert_allclose(scores_of(keys), expected, atol=1e-4)


@pytest.mark.parametrize("foremost", [1, 1_000])
def test_whom_to_follow_is_chosen_as_if_all_users_were_compared(
    tiny_engine: Engine, foremost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, who = tiny_engine.state, tiny_engine.who_to_follow
    monkeypatch.setattr(standing, "FOREMOST", foremost)
    monkeypatch.setattr(recommender, "SHORTLIST", 15)
    share, followers = who.weights.shares(), state.graph.followers
    for query in queries(tiny_engine):
        who = FollowRecommender(state, who.encoder, who.weights, who.newly_joined_half_life_hours)
        around, users = query.neighborhood, np.arange(len(state.users), dtype=np.int32)
        met = np.bincount(around.second_degree, minlength=len(users))
        odds = met / np.sqrt(followers + 5)
        age_hours = np.maximum(query.now - state.users.created_at, 0) / HOUR
        promise = share.friends * odds / (1 + odds)
        promise += share.follows_you * np.isin(users, around.followers)
        promise += share.newly_joined * np.exp2(-age_hours / who.newly_joined_half_life_hours)
        promise += share.popular * np.log1p(followers) / np.log1p(followers.max())
        kept_away = np.isin(users, [query.viewer, *around.following, *around.excluded_authors])
        may = users[~kept_away & (state.users.created_at <= query.now) & ~state.users.gone]
        expected = may[np.lexsort((may, -promise[may].round(9)))[:15]]
        shortlist = who._shortlist(query, who.standing(query.now), 15)
        np.testing.assert_allclose(scores_of(shortlist), promise[expected], rtol=1e-6)
        assert set(rows_of(shortlist)) == set(expected)


def test_what_is_popular_is_chosen_as_if_all_tweets_were_compared(
    tiny_engine: Engine, fresh_tweets: FreshTweets, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, now = tiny_engine.state, next(queries(tiny_engine)).now
    source = popular.Popular(fresh_tweets, HALF_LIFE_HOURS)
    tweet = fresh_tweets.fresh(now).tweet
    left = state.tweet_counts.read(tweet, now)[:, list(ENGAGED)].sum(axis=1)
    age = fresh_tweets.age_hours(tweet, now)
    worth = np.log2(1 + np.maximum(left, 0)) - age / HALF_LIFE_HOURS
    expected = rows_of(np.sort(sort_keys(worth.astype(np.float32), tweet)))
    query = next(queries(tiny_engine))
    for newest, limit in ((8, 10), (50, 50), (1_024, 100), (1, 0)):
        monkeypatch.setattr(popular, "NEWEST", newest)
        found = source.fetch(query, limit).tweet
        assert found.tolist() == expected[:limit].tolist()
