"""A state of any size, drawn without tables: planted users, follows and texts, drawn evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.follow_graph import FollowGraph
from datagen.follows import draw_follows
from datagen.generate import draw_texts
from datagen.names import full_names, handles_of
from datagen.parameters import HOUR, TWEETS, UNTIL, Parameters
from datagen.tweets import Tweets as Written
from datagen.tweets import draw_tweets, tweets_table
from datagen.users import Users as People
from datagen.users import draw_users, users_table
from ml.actions import Action
from ml.arrays import Rows
from ml.dataset.coercion import declared
from ml.dataset.ids import IdKind
from ml.schema import TWEETS as TWEETS_TABLE
from ml.schema import USERS as USERS_TABLE
from ml.schema import Table
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

IMPRESSIONS: Final = 10  # per tweet, on average
TO_FOLLOWERS: Final = 0.6  # of impressions; the others are to anybody, by how active they are
POPULARITY: Final = 0.8  # the exponent of Zipf's law of the impressions of tweets
ACTIVITY: Final = 0.7  # and of those of users
FADING_HOURS: Final = 12.0  # mean age of a tweet that is seen
SHARES: Final = {Action.LIKE: 0.08, Action.RETWEET: 0.03, Action.REPLY: 0.015, Action.CLICK: 0.1}
BATCH: Final = 500_000  # events applied at a time


def scaled_state(tweets: int, seed: int) -> FeatureState:
    """So many tweets by a tenth as many users, who were shown ten times as many."""
    parameters = Parameters(seed, tweets / TWEETS, int(datetime.fromisoformat(UNTIL).timestamp()))
    people, graph, pen, voice, life, surface = parameters.generators(6)
    planted = draw_users(parameters, people)
    follows = draw_follows(parameters, planted, graph)
    written = draw_tweets(parameters, planted, pen)
    names = full_names(len(planted), surface)
    users = Users.of(_declared(users_table(planted, names, surface), USERS_TABLE))
    table = _tweets_table(planted, written, handles_of(names), voice, surface)
    state = FeatureState(users, Tweets.of(_declared(table, TWEETS_TABLE), users))
    happened = _events(written, follows, parameters.until, life)
    for start in range(0, len(happened), BATCH):
        state.apply(happened[start : start + BATCH])
    return state


def _tweets_table(
    users: People,
    tweets: Written,
    handles: NDArray[np.str_],
    voice: np.random.Generator,
    surface: np.random.Generator,
) -> pl.DataFrame:
    text, hashtags = draw_texts(tweets, users, handles, voice)
    return tweets_table(tweets, users, text, hashtags, surface)


def _declared(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """All declared columns, in their types."""
    return pl.DataFrame([declared(frame, field, IdKind.INTEGER)[0] for field in table.fields])


def _events(tweets: Written, follows: FollowGraph, until: int, rng: np.random.Generator) -> Events:
    shown = _impressions(tweets, follows, until, rng)
    parts = [
        _some(Action.POST, tweets.author, np.arange(len(tweets), dtype=np.int32), tweets.created),
        _some(Action.FOLLOW, follows.follower, None, follows.since, follows.followee),
        shown,
    ]
    for action, share in SHARES.items():
        acted = shown[rng.random(len(shown)) < share]
        parts.append(_some(action, acted.user, acted.tweet, acted.at, tweets.author[acted.tweet]))
    happened = Events.merge(parts)
    return happened.before(until)


def _impressions(
    tweets: Written, follows: FollowGraph, until: int, rng: np.random.Generator
) -> Events:
    """Popular tweets are shown more often, and soon after they were written."""
    count = IMPRESSIONS * len(tweets)
    tweet = _zipf(len(tweets), count, POPULARITY, rng)
    user = _zipf(follows.users, count, ACTIVITY, rng)
    order = np.argsort(follows.followee, kind="stable")
    first = np.searchsorted(follows.followee[order], np.arange(follows.users + 1))
    author = tweets.author[tweet]
    followers = first[author + 1] - first[author]
    near = (rng.random(count) < TO_FOLLOWERS) & (followers > 0)
    place = first[author] + (rng.random(count) * followers).astype(np.int64)
    user[near] = follows.follower[order][place[near]]
    age = (rng.exponential(FADING_HOURS * HOUR, count)).astype(np.int64)
    at = np.minimum(tweets.created[tweet] + age, until - 1)
    return _some(Action.IMPRESSION, user, tweet, at)


def _zipf(of: int, count: int, exponent: float, rng: np.random.Generator) -> Rows:
    """Rows of a table, drawn by Zipf's law; which are frequent is drawn, too."""
    reach = np.cumsum(np.arange(1, of + 1, dtype=np.float64) ** -exponent)
    rank = np.searchsorted(reach, rng.random(count) * reach[-1])
    row: Rows = rng.permutation(of)[np.minimum(rank, of - 1)].astype(np.int32)
    return row


def _some(
    action: Action,
    user: Rows,
    tweet: Rows | None,
    at: NDArray[np.int64],
    target: Rows | None = None,
) -> Events:
    none = np.full(len(user), -1, np.int32)
    return Events(
        np.full(len(user), action, np.int8),
        user,
        none if tweet is None else tweet,
        none if target is None else target,
        at,
        np.full(len(user), np.nan, np.float32),
        np.zeros(len(user), np.uint64),
    )
