"""Overrides that change nothing in the product that answered, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from app.pipeline.product import ProductPipeline
from app.rankers.heavy import HeavyRanker
from app.selectors.budgeted import Budgeted

SOURCE_OF: Final = {  # what is about a single source
    "in_network_limit": "InNetwork",
    "in_network_share": "InNetwork",
    "graph_limit": "Graph",
    "graph_share": "Graph",
    "min_social_proof": "Graph",
    "proof_hours": "Graph",
    "out_of_network_limit": "OutOfNetwork",
    "out_of_network_share": "OutOfNetwork",
    "latest_share": "OutOfNetwork",
    "latest_hours": "OutOfNetwork",
    "item_item_limit": "ItemItem",
    "item_item_share": "ItemItem",
    "communities_limit": "Communities",
    "follow_recs_limit": "FollowRecs",
    "follow_recs_share": "FollowRecs",
    "popular_limit": "Popular",
    "popular_max_following": "Popular",
    "explore_limit": "Explore",
    "explore_share": "Explore",
}
RESCORER_OF: Final = {
    "recency_half_life_hours": "Recency",
    "recency_floor": "Recency",
    "out_of_network_factor": "OutOfNetwork",
}
OF_RULES: Final = frozenset(("rules", "budget", "prices"))
OF_HEADS: Final = frozenset(("preset", "weights"))
RESERVED: Final = "explore_share"


class Idle(NamedTuple):
    """An override without an effect."""

    override: str
    because: str


def without_effect(product: ProductPipeline, given: Mapping[str, Any]) -> list[Idle]:
    """The overrides that this product does not read, or whose rules have no price.

    Args:
        product: what answered, with the overrides.
        given: the overrides by name.
    """
    found = []
    for name in given:
        because = next(_reasons(product, name), None)
        if because is not None:
            found.append(Idle(name, because))
    if "weights" in given and "weights" not in [one.override for one in found]:
        found += _untrained(product, given["weights"])
    return found


def _reasons(product: ProductPipeline, name: str) -> Iterator[str]:
    mixer, selector = product.mixer, product.mixer.selector
    if name in SOURCE_OF and SOURCE_OF[name] not in mixer.sources:
        yield f"{product.name} has no source {SOURCE_OF[name]}"
    if name in RESCORER_OF and RESCORER_OF[name] not in mixer.scoring.factors:
        yield f"{product.name} has no factor {RESCORER_OF[name]}"
    if name in OF_HEADS and not isinstance(mixer.scoring.ranker, HeavyRanker):
        yield f"{product.name} is not ranked by heads"
    if name in OF_RULES and not isinstance(selector, Budgeted):
        yield f"{product.name} has no rules"
    if name.endswith("_share") and name in SOURCE_OF:
        yield from _of_share(product, name)


def _of_share(product: ProductPipeline, name: str) -> Iterator[str]:
    mixer, selector = product.mixer, product.mixer.selector
    if not isinstance(selector, Budgeted):
        yield f"{product.name} has no rules, and so no shares"
        return
    allotted = mixer.candidates[mixer.sources.index(SOURCE_OF[name])]
    price = "explore" if name == RESERVED else "share"
    if name != RESERVED and allotted.share is None:
        yield f"sources have no shares in {product.name}, whose order is that of the value"
    if not selector.budget:
        yield "rules have no budget; set budget, or other rules"
    if not getattr(selector.prices, price):
        yield f"the rule {price!r} has no price, so it moves nothing; set prices.{price}"


def _untrained(product: ProductPipeline, weights: Mapping[str, float]) -> Iterator[Idle]:
    ranker = product.mixer.scoring.ranker
    if isinstance(ranker, HeavyRanker):
        for head in weights:
            if head not in ranker.fusion.means:
                yield Idle(f"weights.{head}", "this head was not trained")
