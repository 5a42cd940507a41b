"""Which product answers somebody who names none: the one that they chose, or For You."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.pipeline.query import Query
from app.serving.engine import Engine
from app.serving.sentence import held_by
from app.serving.steer import product_of
from ml.state.tables.preferences import Preference

DEFAULT: Final = "for_you"


def chosen_product(engine: Engine, user_id: str, asked: str | None = None) -> str:
    """The product that is asked for, or else chosen."""
    return asked if asked is not None else _chosen(engine, held_by(engine, user_id))


def product_for(engine: Engine, query: Query, asked: str | None) -> str:
    """The same for a query, whose viewer is known already."""
    if asked is not None:
        return asked
    return _chosen(engine, engine.state.preferences.of(query.viewer, query.now))


def _chosen(engine: Engine, held: Sequence[Preference]) -> str:
    chosen = product_of(held) if held else None
    return chosen if chosen is not None and chosen in engine.products else DEFAULT
