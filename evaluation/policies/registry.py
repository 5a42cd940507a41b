"""Every policy by its name, and those that an evaluation compares with the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
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
from evaluation.policies.policy import PRODUCT, Best, Policy
from evaluation.policies.product import Alone, Knowing, Product, with_mixer, with_ranker
from evaluation.truth import Truth

Ask = Callable[[], Truth]  # the truth as it is at the moment


def neighbours(
    engine: Engine, dataset: Dataset, logistic: Logistic | None
) -> tuple[dict[str, Policy], list[str]]:
    """The product, simpler rankers, feeds without a model, the truth; and what is missing."""
    product = engine.products[PRODUCT]
    policies: dict[str, Policy] = {PRODUCT: Product(product)}
    missing: list[str] = []

    def add(*names: str, truth: Truth | None = None) -> None:
        ask = (lambda: truth) if truth else _no_truth
        policies.update({name: POLICIES[name](engine, ask) for name in names})

    if isinstance(ranker := product.mixer.scoring.ranker, HeavyRanker):
        if logistic:
            simpler = replace(ranker, predict=logistic)
            policies["logistic"] = Product(with_ranker(product, simpler))
        else:
            missing.append("policy:logistic (it learns from a log with times)")
        add("heuristic")
    if dataset.protocol == TEMPORAL:
        add("following", "newest")
    else:
        missing.append("policy:following, policy:newest (tweets have no times)")
    add("popular")
    if factorisation.AVAILABLE:
        lasts = int(dataset.held_out.at.max(initial=dataset.cut)) - dataset.cut
        policies["als"] = Best(Factorisation.over("als", lasts))
        policies["bpr"] = Best(Factorisation.over("bpr", lasts))
    else:
        missing.append("policy:als, policy:bpr (pip install 'foryou[evaluation]')")
    add("random")
    if dataset.truth:
        add("oracle_ranker", "oracle", truth=dataset.truth)
    else:
        missing.append("policy:oracle, and every figure of value (there is no planted truth)")
    return policies, missing


def sources(engine: Engine) -> dict[str, Policy]:
    """Every candidate source of the product and of its stand-ins, by itself."""
    found: dict[str, Policy] = {}
    product: ProductPipeline | None = engine.products[PRODUCT]
    while product is not None:
        filters = (*product.mixer.eligibility, *product.mixer.visibility)
        for pipeline in product.mixer.candidates:
            found.setdefault(type(pipeline.source).__name__, Alone(pipeline.source, filters))
        product = product.otherwise
    return found


def _heuristic(engine: Engine, _: Ask) -> Policy:
    by_hand = Heuristic(engine.state, engine.encoder)
    return Product(with_ranker(engine.products[PRODUCT], by_hand))


def _oracle_ranker(engine: Engine, truth: Ask) -> Policy:
    """The product's own candidates in the order of the truth, with nothing in its way."""
    product, scoring = engine.products[PRODUCT], ScoringPipeline(Knowing(truth))
    bare = replace(product.mixer, scoring=scoring, visibility=[], slate=[], selector=TopK())
    return Product(with_mixer(product, bare))


def _no_truth() -> Truth:
    raise LookupError("this policy does not look at the truth")


POLICIES: Final[dict[str, Callable[[Engine, Ask], Policy]]] = {
    "following": lambda engine, truth: Best(simple.following),
    "newest": lambda engine, truth: Best(simple.newest),
    "popular": lambda engine, truth: Best(simple.Popular()),
    "random": lambda engine, truth: Best(simple.random),
    "als": lambda engine, truth: Best(Factorisation("als", inf)),
    "heuristic": _heuristic,
    "oracle_ranker": _oracle_ranker,
    "oracle": lambda engine, truth: Best(simple.oracle),
}
