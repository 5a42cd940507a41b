"""What a preview may have otherwise, for one request: settings of taste, within their bounds.

No rule that hides a tweet is among them, and nothing that would cost more than a few timelines.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, create_model

from app.products.presets import PRESETS
from app.products.rules import RULES
from app.schemas.strict import Strict
from app.selectors.prices import Prices
from app.setting_values import Share
from app.settings import Settings

MOST: Final = 500  # candidates of one source
LIMITS: Final = (
    "in_network_limit",
    "graph_limit",
    "out_of_network_limit",
    "item_item_limit",
    "communities_limit",
    "popular_limit",
    "evidence_limit",
    "follow_recs_limit",
    "explore_limit",
)
OTHERS: Final = (
    "weights",
    "in_network_share",
    "graph_share",
    "out_of_network_share",
    "item_item_share",
    "follow_recs_share",
    "explore_share",
    "popular_max_following",
    "min_social_proof",
    "latest_share",
    "proof_hours",
    "latest_hours",
    "source_half_life_hours",
    "recency_half_life_hours",
    "recency_floor",
    "out_of_network_factor",
    "budget",
)


def _fields() -> dict[str, Any]:  # what `create_model` takes
    """Each with the form, the bounds and the sentence of its setting."""
    price: Any = Literal[tuple(one.name for one in fields(Prices))]
    named: dict[str, Any] = {
        "preset": Literal[tuple(PRESETS)],
        "rules": Literal[tuple(RULES)],
        "prices": dict[price, Share],
    }
    found: dict[str, Any] = {}
    for name, form in named.items():
        about = Settings.model_fields[name].description
        found[name] = form | None, Field(default=None, description=about)
    for name in (*LIMITS, *OTHERS):
        setting = Settings.model_fields[name]
        form = setting.rebuild_annotation()
        if name in LIMITS:
            form = Annotated[form, Field(le=MOST)]
        found[name] = form | None, Field(default=None, description=setting.description)
    return found


if TYPE_CHECKING:

    class Overrides(Strict):
        def __init__(self, **settings: Any) -> None: ...

else:
    Overrides = create_model(
        "Overrides",
        __base__=Strict,
        # Each field has its sentence; to look for others reads the path of every loaded module.
        __cls_kwargs__={"use_attribute_docstrings": False},
        __doc__="Settings that differ for this request; null is as the service has it.",
        __module__=__name__,
        **_fields(),
    )
