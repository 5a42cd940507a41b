"""A tweet before it is written: whom of some people it would reach, and what would drop it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.product import Served
from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.preferred_settings import products_for
from app.serving.why.dropped import RELATIONS

FOLLOWERS: Final = 0.5  # of those who are asked, at most


@dataclass(slots=True)
class Reach:
    """Among the people of one kind."""

    people: int = 0
    shown: int = 0  # on their first page
    ranked: int = 0  # further back in their feed
    sources: Counter[str] = field(default_factory=Counter)  # that proposed it
    dropped_by: Counter[str] = field(default_factory=Counter)
    places: list[int] = field(default_factory=list)  # where it is shown

    def count(self, place: int | None, limit: int) -> None:
        self.people += 1
        if place is not None and place <= limit:
            self.shown += 1
            self.places.append(place)
        elif place is not None:
            self.ranked += 1


@dataclass(frozen=True, slots=True)
class Rehearsal:
    followers: Reach
    others: Reach


async def rehearse(
    engine: Engine,
    tweet: int,
    people: int,
    limit: int,
    rng: np.random.Generator,
    *,
    relations: bool,
) -> Rehearsal:
    """Ask for the feeds of some people, half of them followers if there are as many.

    Args:
        tweet: its row.
        people: how many, at most.
        limit: rows of a page.
        rng: draws the people.
        relations: whether filters that tell who blocks, mutes or wants less of whom are named.
    """
    author = int(engine.state.tweets.author[tweet])
    followers, others = _people(engine, author, people, rng)
    found = Rehearsal(Reach(), Reach())
    for rows, reach in ((followers, found.followers), (others, found.others)):
        for row in rows.tolist():
            _ask(engine, engine.state.users.ids.id(row), tweet, limit, reach)
            await asyncio.sleep(0)  # others are answered meanwhile
        if not relations:
            for name in RELATIONS:
                reach.dropped_by.pop(name, None)
    return found


def _people(
    engine: Engine, author: int, people: int, rng: np.random.Generator
) -> tuple[Rows, Rows]:
    state = engine.state
    following, _ = state.graph.followers_of(np.array([author], np.int32))
    everybody = np.flatnonzero(~state.users.gone).astype(np.int32)
    others = np.setdiff1d(everybody, np.append(following, author))
    following = np.intersect1d(following, everybody)
    followers = _some(following, int(people * FOLLOWERS), rng)
    return followers, _some(others, people - len(followers), rng)


def _some(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    return rng.permutation(rows)[:count]


def _ask(engine: Engine, user_id: str, tweet: int, limit: int, reach: Reach) -> None:
    query = engine.hydrate.query(user_id, limit)
    served = products_for(engine, query)["for_you"].run(query)
    (places,) = np.nonzero(served.pool.tweet == tweet)
    reach.count(int(places[0]) + 1 if len(places) else None, limit)
    if len(places):
        reach.sources.update(_proposers(served, int(places[0])))
    elif (filter_ := _dropped_by(engine, query, tweet)) is not None:
        reach.dropped_by[filter_] += 1


def _proposers(served: Served, row: int) -> Iterator[str]:
    marks = int(served.pool.sources[row])
    for bit, name in enumerate(served.product.mixer.sources):
        if marks >> bit & 1:
            yield name


def _dropped_by(engine: Engine, query: Query, tweet: int) -> str | None:
    """The filter that keeps it from this viewer, by itself."""
    row = np.array([tweet], np.int32)
    alone = CandidateBatch.of(row, engine.state.tweets.author[row])
    return products_for(engine, query)["for_you"].score(query, alone).dropped_by[0]
