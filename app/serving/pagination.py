"""A feed in pages: the rest of the pool is stored, and shown in the same order later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from app.errors import AwayError, ExpiredCursorError, ForgedCursorError
from app.pipeline.batch import CandidateBatch
from app.pipeline.placement import COST, RULE
from app.pipeline.product import ProductPipeline, Served
from app.pipeline.query import NOBODY, Query
from app.pipeline.trace import Trace
from app.serving import end_of_feed
from app.serving.cursor import CURSOR_SECONDS, Cursor
from app.serving.preferred_settings import products_for
from app.serving.service import Service
from ml.errors import LogAwayError
from ml.event_log import bodies, packed_placements, packed_sources
from ml.event_log.record import Kind

MAX_POOL: Final = 1_000
NONE: Final = CandidateBatch.of(NOBODY, NOBODY)


class Page(NamedTuple):
    """The rows of a page, and where the next page begins."""

    served: Served
    start: int  # of the first row, in the order of the feed
    next_cursor: str | None
    exhausted: bool  # whether a new feed, asked for now, would be empty
    name: str  # unique among all pages
    pool: CandidateBatch  # of later pages, in their order; empty where none follows


def first(service: Service, query: Query, product: str, request_id: str) -> Page:
    """The first page of a new feed."""
    served = products_for(service.engine, query)[product].run(query)
    if not served.product.mixer.side_effects:  # it has preferred settings
        served = served._replace(product=_answering(service, served.product.name))
    name = f"{request_id}:{query.seed:016x}"
    ahead = _stored(served.pool)
    end = end_of_feed.after(service, query, product, served.batch, ahead.tweet)
    goes_on = end.goes_on and service.is_writing  # else the cursor leads to what nobody keeps
    cursor = _seal(service, query, name, len(served.batch)) if goes_on else None
    return Page(served, 0, cursor, end.exhausted, name, ahead if cursor else NONE)


@dataclass(frozen=True, slots=True)
class Begun:
    """A feed whose earlier pages were served, and the place of its next page."""

    name: str
    position: int
    first_page: bodies.Served

    @property
    def product(self) -> str:
        """The product that was asked for."""
        return self.first_page.product


async def begun(service: Service, user_id: str, cursor: str) -> Begun:
    """The feed that a cursor leads to.

    Raises:
        ForgedCursorError: it is not ours, or was made for another reader.
        ExpiredCursorError: it is too old.
        AwayError: the log, which has the earlier pages, cannot be reached.
    """
    if service.signer is None:
        raise ForgedCursorError("this service hands out no cursors; ask for the first page")
    opened = service.signer.open(cursor, int(service.engine.clock.precisely()))
    if service.is_away:
        raise AwayError("earlier pages are in it; ask again, or for the first page")
    try:
        entry = await service.find(f"served/{opened.request_id}")
    except LogAwayError as error:
        raise AwayError(str(error)) from error
    if entry is None or entry.kind != Kind.SERVED:
        raise ExpiredCursorError("what it led to is gone; ask for the first page again")
    served = bodies.read(entry)
    assert isinstance(served, bodies.Served)
    if served.user_id != user_id:
        raise ForgedCursorError("it was made for another reader; ask for the first page")
    return Begun(opened.request_id, opened.position, served)


def later(service: Service, query: Query, begun: Begun, request_id: str) -> Page:
    """The next page of a feed."""
    product = _answering(service, begun.first_page.served_by)
    pool, trace = _restored(service, begun.first_page), Trace()
    batch, place, ahead = product.mixer.next_page(query, pool, begun.position, trace)
    end = end_of_feed.after(service, query, begun.product, batch, ahead)
    next_cursor = _seal(service, query, begun.name, place) if end.goes_on else None
    name = f"{request_id}:{query.seed:016x}:{begun.position}"
    served = Served(product, batch, trace, pool)
    return Page(served, begun.position, next_cursor, end.exhausted, name, NONE)


def _seal(service: Service, query: Query, name: str, position: int) -> str | None:
    if service.signer is None:
        return None
    return service.signer.seal(Cursor(name, position, query.now + CURSOR_SECONDS))


def _stored(pool: CandidateBatch) -> CandidateBatch:
    """What is stored of a pool: its first rows, and why they stand there."""
    placements = {name: pool[name][:MAX_POOL] for name in (RULE, COST)}
    rows = slice(MAX_POOL)
    return CandidateBatch(pool.tweet[rows], pool.author[rows], pool.sources[rows], placements)


def _restored(service: Service, served: bodies.Served) -> CandidateBatch:
    """The pool in the order in which it was stored; a tweet that is gone has the row -1."""
    tweets = service.engine.state.tweets
    rows = tweets.ids.known(served.pool_ids)
    sources = packed_sources.unpacked(served.sources, len(rows))
    placements = {}
    if served.placements:
        rule, cost = packed_placements.unpacked(served.placements, len(rows))
        placements = {RULE: rule, COST: cost}
    return CandidateBatch(rows, np.where(rows >= 0, tweets.author[rows], -1), sources, placements)


def _answering(service: Service, name: str) -> ProductPipeline:
    """The product of this name, whether it may be asked for or answers in another's place."""
    waiting = list(service.engine.products.values())
    while waiting:
        product = waiting.pop()
        if product.name == name:
            return product
        waiting += [one for one in (product.otherwise, product.fallback) if one is not None]
    raise ExpiredCursorError(f"{name} no longer answers here; ask for the first page again")
