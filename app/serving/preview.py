"""A feed with other settings, beside the one in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.pipeline.product import Served
from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.overrides import Overrides
from app.serving.preferred_settings import products_for
from app.serving.sentence import steered
from ml.state.tables.preferences import Preference


@dataclass(frozen=True, slots=True)
class Previewed:
    query: Query
    served: Served
    in_use: Served | None  # where it was asked for


def first_page(engine: Engine, user_id: str, product: str, limit: int) -> tuple[Query, Served]:
    """The first page as it is now, with its query. Nothing remembers it."""
    query = engine.hydrate.query(user_id, limit)
    return query, products_for(engine, query)[product].run(query)


def preview(
    engine: Engine,
    user_id: str,
    overrides: Overrides,
    product: str,
    limit: int,
    compare: bool,
    preferences: Sequence[Preference] | None = None,
) -> Previewed:
    """The first page as it would be now. Nothing remembers it.

    Args:
        compare: whether to make the page in use as well.
        preferences: in place of those that the viewer holds. Overrides win over the settings that
            they ask for.

    Raises:
        InvalidRequestError: the overrides make no feed.
        FailedClosedError: nobody knows what this viewer may see.
    """
    query = engine.hydrate.query(user_id, limit)
    in_use = products_for(engine, query)[product].run(query) if compare else None
    if preferences is not None:
        query = steered(engine, query, preferences)
    products = products_for(engine, query, overrides)
    return Previewed(query, products[product].run(query), in_use)
