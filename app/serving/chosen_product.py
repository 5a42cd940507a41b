"""Which product answers somebody who names none: the one that they chose, or For You."""

from __future__ import annotations

from typing import Final

from app.serving.engine import Engine
from app.serving.sentence import held_by
from app.serving.steer import product_of

DEFAULT: Final = "for_you"


def chosen_product(engine: Engine, user_id: str, asked: str | None = None) -> str:
    """The product that is asked for, or else chosen."""
    if asked is not None:
        return asked
    chosen = product_of(held_by(engine, user_id))
    return chosen if chosen is not None and chosen in engine.products else DEFAULT
