"""Every policy by its name, and those that an evaluation compares with the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import Final

import numpy as np

from app.pipeline.components import Ranker
from app.pipeline.mixer import MixerPipeline
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.rankers.heavy import HeavyRanker
from app.rankers.heuristic import Heuristic
from app.selectors.top_k import TopK
from app.serving.engine import Engine
from evaluation.offline.dataset import Dataset
from evaluation.policies import ease, factorisation, simple
from evaluation.policies.factorisation import Factorisation
from evaluation.policies.item_item import ItemItem
from evaluation.policies.logistic import Logistic
from evaluation.policies.policy import PRODUCT, Best, Policy
from evaluation.policies.product import Alone, Knowing, Product, answering, with_mixers, with_ranker
from evaluation.policies.refitted import Refitted
from evaluation.policies.simple import PopularLately
from evaluation.truth import Truth
from ml.training.visits import Choices

FITS: Final = 10  # at most so many, evenly over the held-out part; a model is stale in between
LOOKS: Final = 200  # of what needs no fit

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
            simpler = replace(ranker, predict=logistic, listwise=None)
            policies["logistic"] = Product(
                with_ranker(product, lambda its: simpler if isinstance(its, HeavyRanker) else its)
            )
        else:
            missing.append("policy:logistic (it learns from a log with times)")
        add("heuristic")
    if dataset.tables.tweets["created_at"].count():
        add("following", "newest")
    else:
        missing.append("policy:following, policy:newest (tweets have no times)")
    add("popular")
    learned, lacking = collaborative(dataset)
    policies.update(learned)
    missing += lacking
    add("random")
    if truth := dataset.truth:
        policies["for_you_without_rules"] = _bare(engine, lambda ranker: ranker)
        policies["oracle_ranker_under_rules"] = _oracle_ranker_under_rules(engine, lambda: truth)
        add("oracle_ranker", "oracle", truth=truth)
    else:
        missing.append("policy:oracle, and every figure of value (there is no planted truth)")
    return policies, missing


def simple_policies(engine: Engine, dataset: Dataset) -> dict[str, Policy]:
    """The product, and what takes one line of SQL each."""
    names = ["following", "newest"] if dataset.tables.tweets["created_at"].count() else []
    policies: dict[str, Policy] = {PRODUCT: Product(engine.products[PRODUCT])}
    policies |= {name: POLICIES[name](engine, _no_truth) for name in [*names, "popular"]}
    if dataset.tables.has_times:
        policies["popular_7_days"] = Best(Refitted.over(PopularLately.of, dataset.lasts, LOOKS))
    policies["item_item"] = Best(Refitted.over(ItemItem.of, dataset.lasts, LOOKS))
    return policies


def collaborative(dataset: Dataset) -> tuple[dict[str, Policy], list[str]]:
    """Feeds that know nothing but who engaged with what; and those that cannot be had here."""
    lasts = dataset.lasts
    policies: dict[str, Policy] = {}
    missing: list[str] = []
    if dataset.tables.has_times:
        policies["popular_7_days"] = Best(Refitted.over(PopularLately.of, lasts, LOOKS))
    else:
        missing.append("policy:popular_7_days (engagements have no times)")
    policies["item_item"] = Best(Refitted.over(ItemItem.of, lasts, LOOKS))
    touched = len(np.unique(Choices.of(dataset.events).tweet))
    if touched <= ease.MOST_TWEETS:
        policies["ease"] = Best(Refitted.over(ease.tuned(), lasts, FITS))
    else:
        missing.append(
            f"policy:ease (people engaged with {touched:,} tweets, and the square of more than "
            f"{ease.MOST_TWEETS:,} is not inverted)"
        )
    if factorisation.AVAILABLE:
        policies["als"] = Best(Refitted.over(factorisation.tuned_als(), lasts, FITS))
        policies["bpr"] = Best(Refitted.over(Factorisation.bpr, lasts, FITS))
    else:
        missing.append("policy:als, policy:bpr (pip install 'foryou[evaluation]')")
    return policies, missing


def sources(engine: Engine) -> dict[str, Policy]:
    """Every candidate source of the product and of its stand-ins, by itself."""
    found: dict[str, Policy] = {}
    for product in answering(engine.products[PRODUCT]):
        filters = (*product.mixer.eligibility, *product.mixer.visibility)
        for pipeline in product.mixer.candidates:
            found.setdefault(type(pipeline.source).__name__, Alone(pipeline.source, filters))
    return found


def _heuristic(engine: Engine, _: Ask) -> Policy:
    by_hand = Heuristic(engine.state, engine.encoder)
    return Product(with_ranker(engine.products[PRODUCT], lambda ranker: by_hand))


def _oracle_ranker(engine: Engine, truth: Ask) -> Policy:
    """The product's own candidates in the order of the truth, with nothing in its way."""
    return _bare(engine, lambda ranker: Knowing(truth))


def _bare(engine: Engine, change: Callable[[Ranker], Ranker]) -> Policy:
    """The product's own candidates in the order of a ranker, with no rules in its way."""

    def bare(mixer: MixerPipeline) -> MixerPipeline:
        scoring = ScoringPipeline(change(mixer.scoring.ranker))
        return replace(mixer, scoring=scoring, visibility=[], slate=[], selector=TopK())

    return Product(with_mixers(engine.products[PRODUCT], bare))


def _oracle_ranker_under_rules(engine: Engine, truth: Ask) -> Policy:
    """The product's own candidates and rules, and the truth in place of its ranker."""
    heads = engine.bundle.manifest.heads if engine.bundle else {}
    average = heads["engagement"].mean if "engagement" in heads else 1.0
    return Product(with_ranker(engine.products[PRODUCT], lambda ranker: Knowing(truth, average)))


def _no_truth() -> Truth:
    raise LookupError("this policy does not look at the truth")


POLICIES: Final[dict[str, Callable[[Engine, Ask], Policy]]] = {
    "following": lambda engine, truth: Best(simple.following),
    "newest": lambda engine, truth: Best(simple.newest),
    "popular": lambda engine, truth: Best(simple.Popular()),
    "random": lambda engine, truth: Best(simple.random, in_window=True),
    "als": lambda engine, truth: Best(Refitted(factorisation.tuned_als(), inf)),
    "heuristic": _heuristic,
    "oracle_ranker": _oracle_ranker,
    "oracle": lambda engine, truth: Best(simple.oracle, in_window=True),
}
