"""The products with the settings that a viewer prefers, such as another preset."""

from __future__ import annotations

from collections.abc import Mapping

from app.pipeline.product import ProductPipeline
from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.overrides import Overrides


def products_for(
    engine: Engine, query: Query, overrides: Overrides | None = None
) -> Mapping[str, ProductPipeline]:
    """The products that answer this viewer. Other than those in use they have no side effects."""
    preferred = {} if query.steering is None else dict(query.steering.settings)
    if engine.bundle is None:
        preferred = {}  # there is no model to weigh
    if overrides is not None:
        return engine.previews.of(Overrides(**preferred | overrides.model_dump(exclude_none=True)))
    return engine.previews.of(Overrides(**preferred)) if preferred else engine.products
