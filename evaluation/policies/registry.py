"""The product among its neighbours: a number alone says nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from app.pipeline.product import ProductPipeline
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.rankers.heavy import HeavyRanker
from app.rankers.heuristic import Heuristic
from app.selectors.top_k import TopK
from app.serving.engine import Engine
from evaluation.offline.dataset import TEMPORAL, Dataset
from evaluation.policies import factorisation, simple
from evaluation.policies.factorisation import Factorisation
from evaluation.policies.logistic import Logistic
from evaluation.policies.policy import Best, Policy
from evaluation.policies.product import Alone, Knowing, Product, with_mixer, with_ranker
from evaluation.truth import Truth

PRODUCT: Final = "for_you"


@dataclass(frozen=True, slots=True)
class Lineup:
    """Who is asked, and who could not be, with the reason."""

    policies: dict[str, Policy]
    missing: tuple[str, ...]


def neighbours(engine: Engine, dataset: Dataset, logistic: Logistic | None) -> Lineup:
    """The product, the same product with simpler rankers, feeds without a model, the truth."""
    product = engine.products[PRODUCT]
    ranker = product.mixer.scoring.ranker
    policies: dict[str, Policy] = {PRODUCT: Product(product)}
    missing: list[str] = []
    if isinstance(ranker, HeavyRanker):
        if logistic:
            simpler = replace(ranker, predict=logistic)
            policies["logistic"] = Product(with_ranker(product, simpler))
        else:
            missing.append("policy:logistic (it learns from a log with times)")
        by_hand = Heuristic(engine.state, engine.encoder)
        policies["heuristic"] = Product(with_ranker(product, by_hand))
    if dataset.protocol == TEMPORAL:
        policies["following"] = Best(simple.following)
        policies["newest"] = Best(simple.newest)
    else:
        missing.append("policy:following, policy:newest (tweets have no times)")
    policies["popular"] = Best(simple.Popular())
    if factorisation.AVAILABLE:
        lasts = int(dataset.held_out.at.max(initial=dataset.cut)) - dataset.cut
        policies["als"] = Best(Factorisation.over("als", lasts))
        policies["bpr"] = Best(Factorisation.over("bpr", lasts))
    else:
        missing.append("policy:als, policy:bpr (pip install 'foryou[evaluation]')")
    policies["random"] = Best(simple.random)
    if dataset.truth:
        policies["oracle_ranker"] = Product(_best_of_candidates(product, dataset.truth))
        policies["oracle"] = Best(simple.oracle)
    else:
        missing.append("policy:oracle, and every figure of value (there is no planted truth)")
    return Lineup(policies, tuple(missing))


def sources(engine: Engine) -> dict[str, Policy]:
    """Every candidate source of the product and of its stand-ins, by itself."""
    found: dict[str, Policy] = {}
    product: ProductPipeline | None = engine.products[PRODUCT]
    while product is not None:
        eligibility = tuple(product.mixer.eligibility)
        for pipeline in product.mixer.candidates:
            found.setdefault(type(pipeline.source).__name__, Alone(pipeline.source, eligibility))
        product = product.otherwise
    return found


def _best_of_candidates(product: ProductPipeline, truth: Truth) -> ProductPipeline:
    """The product's own candidates in the order of the truth, and nothing in its way."""
    mixer = product.mixer
    told = ScoringPipeline(Knowing(truth))
    bare = replace(mixer, scoring=told, visibility=[], slate=[], selector=TopK())
    return with_mixer(product, bare)
