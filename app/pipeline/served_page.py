"""One page that is about to leave: what a side effect learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.pipeline.batch import CandidateBatch
from app.pipeline.query import Query


class ServedPage(NamedTuple):
    """The rows of a page, with the ids of everything that the world knows by id."""

    page_id: str  # unique among all pages of all requests
    request_id: str
    user_id: str
    query: Query
    product: str  # that was asked for
    served_by: str  # the product that answered
    model_version: str
    at_micros: int  # unix time
    start: int  # the place of the first row in the feed, from 0
    batch: CandidateBatch
    tweet_ids: Sequence[str]  # of `batch`
    source: Sequence[str]  # of each of them: the first that proposed it
    pool: CandidateBatch  # of later pages, in their order; empty where none follows
    pool_ids: str  # of `pool`, with a space between two
