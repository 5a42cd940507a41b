"""Generation of a world: users, follows, tweets, and the simulated log of what users did."""

from __future__ import annotations

import numpy as np
import polars as pl

from datagen.behaviour import Progress, simulate
from datagen.behaviour_weights import planted_weights
from datagen.follows import draw_follows, follows_table
from datagen.hashtags import draw_hashtags
from datagen.log import impressions_table, interactions_table
from datagen.names import full_names, handles_of
from datagen.parameters import Parameters
from datagen.text import Draft, Words, write_texts
from datagen.tweets import Tweets, draw_tweets, tweets_table
from datagen.users import Users, draw_users, users_table
from datagen.world import World


def generate(
    parameters: Parameters, progress: Progress = iter
) -> tuple[dict[str, pl.DataFrame], World]:
    """Generate the tables of a dataset and the hidden world behind them."""
    people, graph, pen, voice, life, surface = parameters.generators(6)
    users = draw_users(parameters, people)
    follow_graph = draw_follows(parameters, users, graph)
    tweets = draw_tweets(parameters, users, pen)
    planted = World(parameters, planted_weights(), users, tweets, follow_graph)
    world, shown, done = simulate(planted, life, progress)
    names = full_names(len(users), surface)
    handles = handles_of(names)
    text, hashtags = draw_texts(tweets, users, handles, voice)
    tables = {
        "users": users_table(users, names, surface),
        "tweets": tweets_table(tweets, users, text, hashtags, surface),
        "follows": follows_table(follow_graph.unchanged_in(world.follow_graph), users),
        "interactions": interactions_table(world, done),
        "impressions": impressions_table(world, shown),
    }
    return tables, world


def draw_texts(
    tweets: Tweets, users: Users, handles: Words, voice: np.random.Generator
) -> tuple[pl.Series, pl.Series]:
    """The text of each tweet, and its hashtags."""
    hashtags = draw_hashtags(tweets.topic, tweets.nsfw, voice)
    draft = Draft(
        topic=tweets.topic,
        community=users.community[tweets.author],
        toxic=tweets.toxic,
        nsfw=tweets.nsfw,
        answered=np.where(tweets.parent >= 0, handles[tweets.author[tweets.parent]], ""),
        hashtags=hashtags,
    )
    return write_texts(draft, handles, voice), hashtags
