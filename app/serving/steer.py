"""Preferences, by their names, become the steering of a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from app.pipeline.steering import Steering, Targets
from ml import text
from ml.preferences import (
    AUTHOR,
    FORM,
    LESS,
    MORE,
    NO,
    ONLY,
    PRODUCT,
    SETTING,
    SOURCE,
    TOPIC,
    WORD,
)
from ml.state.feature_state import FeatureState
from ml.state.structures.tokens import token
from ml.state.tables.preferences import Preference
from ml.state.tables.wording import joined

STEERING: tuple[str, ...] = (TOPIC, AUTHOR, WORD, SOURCE, FORM)


def steering(state: FeatureState, preferences: Sequence[Preference]) -> Steering | None:
    """What some preferences ask of a feed; None where that is nothing.

    Args:
        preferences: the oldest first; of settings of one name the newest counts.
    """
    asked = [one for one in preferences if one.kind != PRODUCT]
    if not asked:
        return None
    of = {verb: [one for one in asked if one.verb == verb] for verb in (NO, ONLY, LESS, MORE)}
    only = (_targets(state, [one for one in of[ONLY] if one.kind == kind]) for kind in STEERING)
    each = tuple(one for one in only if one is not None)
    no, less, more = (_targets(state, of[verb]) for verb in (NO, LESS, MORE))
    settings = dict(one.name.split(":", 1) for one in asked if one.kind == SETTING)
    return Steering(no, each, less, more, tuple(settings.items()))


def product_of(preferences: Iterable[Preference]) -> str | None:
    """The product that a person chose last."""
    chosen = [one.name for one in preferences if one.kind == PRODUCT]
    return chosen[-1] if chosen else None


def forms_of(phrase: str) -> list[str]:
    """A phrase, and the same in the singular or the plural."""
    return [phrase, phrase.removesuffix("s") if phrase.endswith("s") else f"{phrase}s"]


def hashes(phrases: Iterable[str]) -> dict[int, np.ndarray]:
    """Phrases as `MutedTexts` has them."""
    found: dict[int, list[int]] = {}
    for phrase in phrases:
        tokens = text.hashed(phrase.split(" "))
        found.setdefault(len(tokens), []).append(joined(tokens))
    return {count: np.array(some, np.uint64) for count, some in found.items()}


def _targets(state: FeatureState, preferences: Sequence[Preference]) -> Targets | None:
    named: dict[str, list[str]] = {kind: [] for kind in STEERING}
    for one in preferences:
        if one.kind in named:
            named[one.kind].append(one.name)
    if not any(named.values()):
        return None
    authors = state.users.ids.known(named[AUTHOR])
    return Targets(
        authors=np.sort(authors[authors >= 0]),
        topics=np.array([token(name) for name in named[TOPIC]], np.uint32),
        phrases=hashes(form for phrase in named[WORD] for form in forms_of(phrase)),
        sources=frozenset(named[SOURCE]),
        forms=frozenset(named[FORM]),
    )
