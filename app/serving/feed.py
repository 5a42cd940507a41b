"""One page of a feed, from the ids of a request to the side effects of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.pipeline.product import Served
from app.pipeline.query import Query
from app.pipeline.served_page import ServedPage
from app.serving import pagination
from app.serving.chosen_product import product_for
from app.serving.engine import Engine
from app.serving.pagination import Page
from app.serving.service import Service


class FeedPage(NamedTuple):
    """A page, and all that is needed to describe it."""

    engine: Engine  # that answered; another may be in use by now
    query: Query
    product: str  # that was asked for
    served: Served
    start: int  # the place of the first row in the feed, from 0
    next_cursor: str | None
    exhausted: bool  # whether a new feed, asked for now, would be empty


@dataclass(frozen=True, slots=True)
class Feed:
    """Hydrates, runs the product, pages, and runs the product's side effects."""

    service: Service

    async def page(
        self,
        user_id: str,
        limit: int,
        product: str | None,
        cursor: str | None,
        request_id: str,
        peek: bool = False,
    ) -> FeedPage:
        """The first page, or the one that the cursor leads to.

        Args:
            product: by default the one that this person chose.
            peek: run no side effect, so that nothing remembers this page. A first page then has no
                cursor: it would lead to a feed that nobody stored.

        Raises:
            ForgedCursorError: the cursor is not ours, or was made for another reader.
            ExpiredCursorError: the cursor is too old.
        """
        begun = await pagination.begun(self.service, user_id, cursor) if cursor else None
        engine = self.service.engine  # stays the one in use: from here on nothing is awaited
        query = engine.hydrate.query(user_id, limit)
        if begun is None:
            product = product_for(engine, query, product)
            page = pagination.first(self.service, query, product, request_id)
        else:
            product = begun.product
            page = pagination.later(self.service, query, begun, request_id)
        served = page.served
        if peek:
            next_cursor = page.next_cursor if begun is not None else None
            exhausted = page.exhausted and not len(served.batch)  # what is here stays to be served
            return FeedPage(engine, query, product, served, page.start, next_cursor, exhausted)
        remembered = served.product.mixer.run_side_effects(
            _served_page(engine, query, user_id, product, request_id, page), served.trace
        )
        return FeedPage(
            engine,
            query,
            product,
            served,
            page.start,
            page.next_cursor if remembered else None,
            page.exhausted and remembered,
        )


def _served_page(
    engine: Engine, query: Query, user_id: str, product: str, request_id: str, page: Page
) -> ServedPage:
    """Rows become the ids that side effects pass on."""
    ids, served = engine.state.tweets.ids, page.served
    names = served.product.mixer.sources
    return ServedPage(
        page_id=page.name,
        request_id=request_id,
        user_id=user_id,
        query=query,
        product=product,
        served_by=served.product.name,
        model_version=engine.model_version,
        at_micros=engine.clock.true_micros(),
        start=page.start,
        batch=served.batch,
        tweet_ids=ids.ids(served.batch.tweet),
        source=[names[(bits & -bits).bit_length() - 1] for bits in served.batch.sources.tolist()],
        pool=page.pool,
        pool_ids=ids.joined(page.pool.tweet),
    )
