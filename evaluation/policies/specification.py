"""A policy is a name and a function; settings and habits may follow the name, after colons.

`for_you:preset=x-2026` is the service with another preset, `for_you:bundle=6a85eff34f8c` with other
models, `for_you:frozen` the same service if it forgot whatever people do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from app.pipeline.batch import CandidateBatch, Column
from app.pipeline.query import Query
from app.pipeline.scoring_pipeline import ScoringPipeline
from app.rankers.heuristic import Heuristic
from app.selectors.top_k import TopK
from app.serving.engine import Engine
from app.settings import InvalidSettingError, Settings
from datagen.world import World
from evaluation.policies import factorisation, simple
from evaluation.policies.factorisation import Factorisation
from evaluation.policies.policy import Best, Moment, Policy, Values
from evaluation.policies.product import Product, with_mixer, with_ranker
from evaluation.simulation.feeds import PRODUCT, Feed, Local, Served
from evaluation.truth import Truth
from ml.schema import Action

FROZEN: Final = "frozen"
STILL_HEARD: Final = frozenset({Action.MUTE.label, Action.BLOCK.label})  # by who is frozen
TEXTUAL: Final = {"product"} | {
    name for name, field in Settings.model_fields.items() if field.annotation in (str, str | None)
}
PART: Final = re.compile(":(?=[a-z_]+(?:=|:|$))")  # a setting may hold colons itself
FOR_EVER: Final = 10_000.0  # hours
Ask = Callable[[], Truth]


@dataclass
class Static:
    """Matrix factorisation, trained on the log once: what is written later it does not know, and
    people who join later get what the average viewer gets."""

    model: Factorisation

    def __call__(self, moment: Moment) -> Values:
        model = self.model
        if model.fitted_at is None:
            model.fit(moment.state)
            model.fitted_at = moment.query.now
        known = moment.fresh < len(model.tweets)
        tweet = np.where(known, moment.fresh, 0)
        viewer = moment.query.viewer
        there = 0 <= viewer < len(model.users)
        taste = model.users[viewer] if there else model.users.mean(axis=0)
        return np.where(known & model.touched[tweet], model.tweets[tweet] @ taste, -np.inf)


@dataclass(frozen=True, slots=True)
class Knowing:
    """A ranker that is told the truth as it is at the moment."""

    truth: Ask

    def score(self, query: Query, batch: CandidateBatch) -> Mapping[str, Column]:
        worth = self.truth().engagement(query.viewer, batch.tweet, query.now)
        return {"base_score": worth.astype(np.float32)}


def _heuristic(engine: Engine, _: Ask) -> Policy:
    by_hand = Heuristic(engine.state, engine.encoder)
    return Product(with_ranker(engine.products[PRODUCT], by_hand))


def _oracle_ranker(engine: Engine, truth: Ask) -> Policy:
    """The product's own candidates in the order of the truth, and nothing in its way."""
    product = engine.products[PRODUCT]
    told = ScoringPipeline(Knowing(truth))
    bare = replace(product.mixer, scoring=told, visibility=[], slate=[], selector=TopK())
    return Product(with_mixer(product, bare))


LOCAL: Final[dict[str, Callable[[Engine, Ask], Policy]]] = {
    "following": lambda engine, truth: Best(simple.following),
    "newest": lambda engine, truth: Best(simple.newest),
    "popular": lambda engine, truth: Best(simple.Popular()),
    "random": lambda engine, truth: Best(simple.random),
    "als": lambda engine, truth: Best(Static(Factorisation("als"))),
    "heuristic": _heuristic,
    "oracle_ranker": _oracle_ranker,
    "oracle": lambda engine, truth: Best(simple.oracle),
}
FROZEN_PRODUCT: Final = f"{PRODUCT}:{FROZEN}"
DEFAULT: Final = (PRODUCT, FROZEN_PRODUCT, *LOCAL)


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """What was asked for in one word: `name:setting=value:frozen`."""

    label: str
    name: str
    settings: tuple[tuple[str, Any], ...] = ()
    frozen: bool = False

    @classmethod
    def read(cls, label: str) -> PolicySpec:
        """Raises:
        InvalidSettingError: there is no such policy.
        """
        name, *more = PART.split(label)
        if name != PRODUCT and name not in LOCAL:
            raise InvalidSettingError(
                f"--policy {label}: there is no policy {name!r}; expected one of "
                f"{', '.join((PRODUCT, *LOCAL))}"
            )
        given = [part.partition("=") for part in more if part != FROZEN]
        settings = tuple(
            (key, value if key in TEXTUAL else _value(value)) for key, _, value in given
        )
        return cls(label, name, settings, FROZEN in more)

    def feed(self, settings: Settings, world: Callable[[], World]) -> Feed:
        """Its own copy of all that is known.

        Raises:
            InvalidSettingError: one of its settings does not exist.
        """
        changed = dict(self.settings)
        product = str(changed.pop("product", PRODUCT))
        if self.frozen:
            changed["served_hours"] = FOR_EVER
        mine = _with(settings, changed)
        if self.name == PRODUCT:
            return Served(mine, product)
        return Local(mine, LOCAL[self.name], world)

    def hears(self, action: str) -> bool:
        """Whether it learns of what people do; all respect whom they do not want to see."""
        return not self.frozen or action in STILL_HEARD


def available(label: str) -> bool:
    """Whether what it needs is installed."""
    return factorisation.AVAILABLE or not label.startswith("als")


def _with(settings: Settings, changed: Mapping[str, Any]) -> Settings:
    """Checked as if they came from the environment."""
    unknown = set(changed) - set(Settings.model_fields)
    if unknown:
        raise InvalidSettingError(f"there is no setting {sorted(unknown)[0]!r}")
    try:
        return Settings(**{**settings.model_dump(), **changed})
    except ValueError as error:
        raise InvalidSettingError(f"{dict(changed)}: {error}") from error


def _value(text: str) -> Any:
    """As JSON where it is JSON; a setting may be anything."""
    try:
        return json.loads(text)
    except ValueError:
        return text
