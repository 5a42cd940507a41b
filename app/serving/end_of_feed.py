"""Whether a feed goes on behind a page, and whether a new one would be empty."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from app.pipeline.batch import CandidateBatch, Rows
from app.pipeline.failures import FailedClosedError
from app.pipeline.query import Query
from app.serving.service import Service


class End(NamedTuple):
    goes_on: bool  # this feed has a next page
    exhausted: bool  # a new feed would be empty


def after(service: Service, query: Query, product: str, page: CandidateBatch, ahead: Rows) -> End:
    """What comes behind a page.

    A rest that is shorter than a page is left to a new feed where that has more to add to it, so
    that pages stay full; it is not lost, since it was not served.

    Args:
        product: the product that was asked for.
        ahead: the tweets of the feed on this page and behind it.
    """
    behind = len(ahead) - len(page)
    if service.log is None or query.viewer < 0:  # nothing is remembered: a new feed is this one
        empty = not len(page) and _is_empty(service, query, product)
        return End(
            goes_on=service.log is not None and behind > 0 and len(page) > 0, exhausted=empty
        )
    if behind >= query.limit:
        return End(goes_on=True, exhausted=False)
    later = query._replace(seen=np.sort(np.concatenate([query.seen, page.tweet, ahead])))
    nothing_more = _is_empty(service, later, product)
    return End(goes_on=nothing_more and behind > 0, exhausted=nothing_more and not behind)


def _is_empty(service: Service, query: Query, product: str) -> bool:
    """Whether the product has nothing to show for a query."""
    try:
        return not len(service.engine.products[product].run(query._replace(limit=1)).pool)
    except FailedClosedError:
        return False  # the next request will be refused, and the log says why
