"""A feed with other settings, beside the one in use."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.product import Served
from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.overrides import Overrides


@dataclass(frozen=True, slots=True)
class Previewed:
    query: Query
    served: Served
    in_use: Served | None  # where it was asked for


def preview(
    engine: Engine, user_id: str, overrides: Overrides, product: str, limit: int, compare: bool
) -> Previewed:
    """The first page as it would be now. Nothing remembers it.

    Raises:
        InvalidRequestError: the overrides make no feed.
        FailedClosedError: nobody knows what this viewer may see.
    """
    products = engine.previews.of(overrides)
    query = engine.hydrate.query(user_id, limit)
    in_use = engine.products[product].run(query) if compare else None
    return Previewed(query, products[product].run(query), in_use)
