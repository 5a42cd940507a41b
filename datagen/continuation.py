"""The continuation of a world after its log: new users join, and authors write new tweets."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, TypeVar

import numpy as np
import polars as pl

from datagen.hashtags import draw_hashtags
from datagen.names import full_names, handles_of
from datagen.parameters import DAY, DAYS
from datagen.text import Draft, phrases_of, write_texts
from datagen.tweets import Tweets, tweets_table, write
from datagen.users import Rows, Users, users_table
from datagen.world import World

STREAMS: Final = 4  # of chance: people, pen, voice, surface
JOINING: Final = 0.5  # newcomers come in this part of the time, so that there is something to see

Part = TypeVar("Part", Users, Tweets)


@dataclass(frozen=True, slots=True)
class Continuation:
    """A continued world; `users` and `tweets` are tables of the new rows alone."""

    world: World
    since: int
    until: int
    users: pl.DataFrame
    tweets: pl.DataFrame


def continue_world(
    world: World, names: pl.Series, texts: pl.Series, days: float, newcomers: int, seed: int
) -> Continuation:
    """Continue a world by some days; `names` and `texts` are those of its users and tweets."""
    streams = np.random.SeedSequence(seed).spawn(STREAMS)
    people, pen, voice, surface = (np.random.default_rng(stream) for stream in streams)
    since = world.parameters.until
    until = since + round(days * DAY)
    users = joined_by(world.users, _newcomers(world.users, newcomers, since, until, people))
    n = round(world.parameters.tweets * days / DAYS)
    first = np.maximum(users.joined, since)
    written = write(world.parameters, users, first, until, n, pen, world.tweets)
    tweets = joined_by(world.tweets, written)
    all_names = np.concatenate((names.to_numpy(), full_names(newcomers, surface))).astype(np.str_)
    hashtags = draw_hashtags(written.topic, written.nsfw, voice)
    text = _texts(world, users, tweets, texts, handles_of(all_names), hashtags, voice)
    graph = world.follow_graph
    follower, followee = np.divmod(graph.keys(graph.follower, graph.followee), graph.users)
    graph = replace(graph, users=len(users), key=follower * len(users) + followee)
    old = len(world.tweets)
    return Continuation(
        replace(world, users=users, tweets=tweets, follow_graph=graph),
        since,
        until,
        users_table(users, all_names, surface).tail(newcomers),
        tweets_table(tweets, users, _after(text, old), _after(hashtags, old), surface).tail(n),
    )


def joined_by(old: Part, new: Part) -> Part:
    """The rows of `old`, then those of `new`."""
    names = [field.name for field in fields(old)]
    both = {name: np.concatenate((getattr(old, name), getattr(new, name))) for name in names}
    return replace(old, **both)


def some(part: Part, row: Rows) -> Part:
    """The given rows of a part."""
    return replace(part, **{field.name: getattr(part, field.name)[row] for field in fields(part)})


def _newcomers(users: Users, n: int, since: int, until: int, rng: np.random.Generator) -> Users:
    """New users, each with the hidden traits of a random user of the world."""
    alike = some(users, rng.integers(len(users), size=n).astype(np.int32))
    return replace(
        alike,
        user_id=users.user_id[-1] + 1 + np.arange(n, dtype=np.int64),
        joined=np.sort(since + (rng.random(n) * (until - since) * JOINING).astype(np.int64)),
    )


def _texts(
    world: World,
    users: Users,
    tweets: Tweets,
    texts: pl.Series,
    handles: np.ndarray[tuple[int, ...], np.dtype[np.str_]],
    hashtags: pl.Series,
    rng: np.random.Generator,
) -> pl.Series:
    """The texts of the new tweets; communities keep their phrases."""
    new = some(tweets, np.arange(len(world.tweets), len(tweets), dtype=np.int32))
    community = users.community
    draft = Draft(
        topic=new.topic,
        community=community[new.author],
        toxic=new.toxic,
        nsfw=new.nsfw,
        answered=np.where(new.parent >= 0, handles[tweets.author[new.parent]], ""),
        hashtags=hashtags,
        phrases=phrases_of(texts, community[world.tweets.author], int(community.max()) + 1),
    )
    return write_texts(draft, handles, rng)


def _after(column: pl.Series, rows: int) -> pl.Series:
    """The column with `rows` nulls before it."""
    nothing = pl.Series(column.name, [None], column.dtype)
    return nothing.new_from_index(0, rows).append(column)
