"""First the people, then whom they follow, what they write, and what they do about it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.behaviour import Progress, live
from datagen.follows import draw_follows, follows_table
from datagen.parameters import Parameters
from datagen.text import Tempers, write_texts
from datagen.tweets import Tweets, draw_tweets, tweets_table
from datagen.users import Users, draw_users, full_names, users_table
from datagen.world import MIX, World


def generate(
    parameters: Parameters, progress: Progress = iter
) -> tuple[dict[str, pl.DataFrame], World]:
    """The tables that everybody may read, and the truth behind them."""
    people, graph, pen, voice, life = parameters.generators(5)
    users = draw_users(parameters, people)
    ties = draw_follows(parameters, users, graph)
    tweets = draw_tweets(parameters, users, pen)
    world = World(parameters, users, tweets, ties, np.array(MIX, np.float32))
    log = live(world, life, progress)
    names = full_names(len(users), people)
    texts = write_texts(_tempers(users, tweets, names), voice)
    return {
        "users": users_table(users, names, people),
        "tweets": tweets_table(tweets, users, texts, pen),
        "follows": follows_table(ties.unchanged_in(log.world.ties), users),
        "interactions": log.interactions,
        "impressions": log.impressions,
    }, log.world


def _tempers(users: Users, tweets: Tweets, names: NDArray[np.str_]) -> Tempers:
    handles = np.char.add("@", np.char.lower(np.char.replace(names, " ", "_")))
    answered = handles[tweets.author[tweets.parent]]
    return Tempers(
        topic=tweets.topic,
        community=users.community[tweets.author],
        toxic=tweets.toxic,
        nsfw=tweets.nsfw,
        answers=np.where(tweets.parent >= 0, answered, ""),
        handles=handles,
    )
