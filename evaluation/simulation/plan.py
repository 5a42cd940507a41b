"""What comes, for every feed: new tweets, new people, and everybody's own rhythm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.continuation import Continuation, continue_world, joined_by, some
from datagen.parameters import instants
from datagen.sessions import visit
from datagen.users import Floats
from datagen.vocabulary import TOPICS
from datagen.world import World
from evaluation.report.numbers import Json
from evaluation.simulation.common_random_numbers import Question, generator
from ml.arrays import Rows
from ml.dataset import tables as tables_on_disk
from ml.errors import DataError

NEWCOMERS: Final = 0.1  # of the panel: people who join meanwhile
SETTLING: Final = 30  # seconds between joining and looking

PerMember = tuple[NDArray[np.int64], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """From some instant on people like other things."""

    at: int
    taste: Floats  # (users, topics)


@dataclass(frozen=True)
class Plan:
    """The panel are those who use the feed; everybody writes."""

    onward: Continuation
    seed: int
    panel: Rows  # rows of the world, newcomers last
    newcomers: int
    allows_nsfw: NDArray[np.bool_]  # (users,) who asked for nudity
    visits: PerMember  # when they would come if nothing changed
    lengths: PerMember  # how many tweets they look for
    turn: Turn | None = None

    @property
    def world(self) -> World:
        return self.onward.world

    @property
    def days(self) -> int:
        return -(-(self.onward.until - self.onward.since) // 86_400)

    @cached_property
    def joining(self) -> list[tuple[int, Json]]:
        """Who comes when, as the service receives it."""
        rows = _rows(self.onward.users, "user_id")
        return [(row["created_at"], row) for row in rows]

    @cached_property
    def writing(self) -> list[tuple[int, Json]]:
        """What is written when, as the service receives it."""
        ids = ("tweet_id", "author_id", "in_reply_to_id", "conversation_id")
        rows = _rows(self.onward.tweets, *ids)
        return sorted(((row["created_at"], row) for row in rows), key=lambda dated: dated[0])


def plan(data: Path, users: int, days: float, seed: int) -> Plan:
    """How the world in a folder goes on.

    Raises:
        DataError: it was not planted, so nobody knows how it goes on.
    """
    if not (data / "truth").is_dir():
        raise DataError(
            f"{data} has no truth, so nobody knows what its people would do; plant a world with "
            f"python -m datagen --out DIR, and train on it"
        )
    tables = tables_on_disk.read(data)
    world = World.load(data / "truth")
    users = min(users, len(world.users))
    newcomers = max(2, round(NEWCOMERS * users))
    by_user, by_tweet = tables.users, tables.tweets
    future = int(generator(seed, Question.FUTURE).integers(2**32))
    onward = continue_world(world, by_user["name"], by_tweet["text"], days, newcomers, future)
    drawn = generator(seed, Question.PANEL).permutation(len(world.users))[:users]
    joined = len(world.users) + np.arange(newcomers)
    panel = np.concatenate((np.sort(drawn), joined)).astype(np.int32)
    visits, lengths = rhythm(onward, panel, newcomers, seed)
    asked = pl.concat([by_user["sensitive_ok"], onward.users["sensitive_ok"]]).fill_null(False)
    return Plan(onward, seed, panel, newcomers, asked.to_numpy(), visits, lengths)


def rhythm(
    onward: Continuation, panel: Rows, newcomers: int, seed: int
) -> tuple[PerMember, PerMember]:
    """When everybody would come, and for how long; who joins looks around at once."""
    people, rng = onward.world.users, generator(seed, Question.RHYTHM)
    since = np.maximum(people.joined[panel], onward.since)
    drawn = visit(people.sessions_per_day[panel], since, onward.until, rng)
    first = rng.integers(5, 25, newcomers)
    visits, lengths = [], []
    old = len(panel) - newcomers
    for member in range(len(panel)):
        mine = drawn.user == member
        started, length = drawn.started[mine], drawn.length[mine]
        if member >= old:
            started = np.concatenate(([since[member] + SETTLING], started))
            length = np.concatenate(([first[member - old]], length))
        visits.append(started)
        lengths.append(length)
    return tuple(visits), tuple(lengths)


def with_tweets(
    plan: Plan,
    author: Rows,
    created: NDArray[np.int64],
    topic: Rows,
    quality: NDArray[np.float32],
    text: list[str],
) -> Plan:
    """The same days with a few tweets more; they are harmless."""
    world, onward, n = plan.world, plan.onward, len(author)
    old = len(world.tweets)
    row = np.arange(old, old + n, dtype=np.int32)
    alike = some(world.tweets, np.full(n, old - 1, np.int32))
    more = replace(
        alike,
        tweet_id=world.tweets.tweet_id[-1] + 1 + np.arange(n, dtype=np.int64),
        created=created,
        author=author,
        topic=topic,
        parent=np.full(n, -1, np.int32),
        root=row,
        media=np.zeros(n, np.bool_),
        quality=quality,
        toxic=np.full(n, 0.02, np.float32),
        nsfw=np.full(n, 0.02, np.float32),
    )
    rows = pl.DataFrame(
        {
            "tweet_id": more.tweet_id,
            "author_id": world.users.user_id[author],
            "created_at": instants(created),
            "text": text,
            "topic": np.array(TOPICS)[topic],
            "has_media": more.media,
        }
    )
    table = pl.concat([onward.tweets, rows], how="diagonal")
    grown = replace(world, tweets=joined_by(world.tweets, more))
    return replace(plan, onward=replace(onward, world=grown, tweets=table))


def _rows(table: pl.DataFrame, *ids: str) -> list[Json]:
    """As JSON: ids as strings, times in seconds, nothing where nothing is known."""
    dated = table.with_columns(
        *(pl.col(name).cast(pl.String) for name in ids),
        pl.col("created_at").dt.epoch("s"),
    )
    return [{k: v for k, v in row.items() if v is not None} for row in dated.to_dicts()]
