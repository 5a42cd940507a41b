"""The main parameters of the feed, those first that were measured to matter most."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from app.pipeline.mixer import MixerPipeline
from app.serving.engine import Engine

METRIC: Final = "value@10"
FEATURES: Final = {  # of the ranker, by group
    "user": "How much the viewer does, and since when they are here.",
    "interaction": "What the viewer did before with this author and on this topic.",
    "embedding": "How near the tweet is to the viewer's taste.",
    "tweet": "What the tweet is like, and how others liked it.",
    "temporal": "How old the tweet is, and what time it is.",
}


class Effect(NamedTuple):
    """What is lost without it, with its interval."""

    value: float
    low: float
    high: float


class Parameter(NamedTuple):
    kind: str
    name: str
    about: str
    effect: Effect | None


def main_parameters(engine: Engine) -> tuple[list[Parameter], bool]:
    """The components of For You, and whether they were measured; in the order in which they run
    where they were not, or where their effects are equal."""
    effects = _effects(engine)
    mixer = engine.products["for_you"].mixer
    found = [
        Parameter(kind, name, _about(part), effects.get((kind, name)))
        for kind, part in _parts(mixer)
        for name in [type(part).__name__]
    ]
    if effects:
        found += [
            Parameter("features", name, about, effects.get(("features", name)))
            for name, about in FEATURES.items()
        ]
    found.sort(key=lambda one: -abs(one.effect.value) if one.effect is not None else 0.0)
    return found, bool(effects)


def _effects(engine: Engine) -> Mapping[tuple[str, str], Effect]:
    """What the evaluation of this very bundle measured, by kind and name; empty without one."""
    report: Path = engine.settings.artifacts / "report" / f"{engine.model_version}.json"
    if not report.is_file():
        return {}
    ablation = json.loads(report.read_text())["ablation"]
    return {
        (one["kind"], one["name"]): Effect(**one["differences"][METRIC])
        for one in ablation.values()
        if METRIC in one["differences"]
    }


def _parts(mixer: MixerPipeline) -> Iterator[tuple[str, object]]:
    for candidate in mixer.candidates:
        yield "source", candidate.source
    yield "ranker", mixer.scoring.ranker
    for rescorer in mixer.scoring.rescorers:
        yield "rescorer", rescorer
    yield from (("eligibility", one) for one in mixer.eligibility)
    yield from (("visibility", one) for one in mixer.visibility)
    yield from (("slate", one) for one in mixer.slate)
    yield "selector", mixer.selector


def _about(part: object) -> str:
    """The first sentence of its file."""
    text = " ".join((sys.modules[type(part).__module__].__doc__ or "").split())
    return f"{text.partition('. ')[0].rstrip('.')}."
