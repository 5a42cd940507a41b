"""The figures of a safety model: out of fold, in disguise, across lexicons, and on other texts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Figure, Figures, Weights, ratio, resample
from evaluation.metrics.thresholds import Thresholds
from evaluation.safety.classifiers import Classifier, SafetyModel, Scores, TfIdf
from evaluation.safety.disguises import DISGUISES
from evaluation.safety.labelled_texts import LabelledTexts
from evaluation.safety.splits import Fold, at_random, by_lexicon
from ml.training.options import TrainingOptions

PLAIN = "plain"
SPEED_TEXTS = 10_000


@dataclass(frozen=True, slots=True)
class Findings:
    """What `measure` found."""

    trained: Figures  # about the model that is trained on all texts
    disguised: dict[str, Figures]  # out of fold, by disguise, `plain` first
    lexicon: Figures  # of texts whose words of the lexicon were held out
    others: dict[str, Figures] = field(default_factory=dict)  # by the name of another collection
    texts_per_second: float = 0.0


def measure(
    given: LabelledTexts,
    others: Sequence[LabelledTexts],
    folds: int,
    options: TrainingOptions,
    disguise: bool = True,
) -> Findings:
    """Train and judge on one collection, and judge on others what was trained on all of it."""
    names = [PLAIN, *(DISGUISES if disguise else ())]
    whole = SafetyModel.fit(given, options)
    reference = TfIdf.fit(given) if others else None
    apart = _out_of_fold(given, at_random(given, folds, options.seed), names, options)
    words = _out_of_fold(given, by_lexicon(given, folds, options.seed), [PLAIN], options)
    return Findings(
        trained=_card(whole),
        disguised={name: _figures(given, apart, name) for name in names},
        lexicon=_figures(given, words, PLAIN),
        others={other.name: _elsewhere(other, whole, reference) for other in others if reference},
        texts_per_second=_speed(whole, given.text),
    )


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """(texts,) by disguise: what models say that did not see a text, and whether they hide it."""

    ours: dict[str, Scores]
    hidden: dict[str, NDArray[np.bool_]]
    tfidf: dict[str, Scores]


def _out_of_fold(
    given: LabelledTexts, fold: Fold, names: Sequence[str], options: TrainingOptions
) -> OutOfFold:
    def empty() -> dict[str, Scores]:
        return {name: np.empty(len(given), np.float32) for name in names}

    ours, tfidf = empty(), empty()
    hidden = {name: np.empty(len(given), bool) for name in names}
    for k in range(int(fold.max()) + 1):
        rest, rows = given.take(np.flatnonzero(fold != k)), np.flatnonzero(fold == k)
        model, reference = SafetyModel.fit(rest, options), TfIdf.fit(rest)
        for name in names:
            disguise = DISGUISES.get(name, str)
            text = [disguise(given.text[row]) for row in rows.tolist()]
            ours[name][rows], tfidf[name][rows] = model.scores(text), reference.scores(text)
            hidden[name][rows] = ours[name][rows] >= np.float32(model.card.hidden_from)
    return OutOfFold(ours, hidden, tfidf)


def _figures(given: LabelledTexts, found: OutOfFold, name: str) -> Figures:
    weights = resample(len(given))
    figures = _of(given.harmful, found.ours[name], found.tfidf[name], found.hidden[name], weights)
    plain = Figure(Thresholds.of(given.harmful.astype(float), found.ours[PLAIN]).auc(weights))
    return {**figures, "fall": plain - figures["auc"]}


def _elsewhere(other: LabelledTexts, model: SafetyModel, reference: Classifier) -> Figures:
    scores = model.scores(other.text)
    hidden = scores >= np.float32(model.card.hidden_from)
    weights = resample(len(other))
    return _of(other.harmful, scores, reference.scores(other.text), hidden, weights)


def _of(
    harmful: NDArray[np.bool_],
    ours: Scores,
    tfidf: Scores,
    hidden: NDArray[np.bool_],
    weights: Weights,
) -> Figures:
    label = harmful.astype(np.float64)
    auc, reference = (Figure(Thresholds.of(label, s).auc(weights)) for s in (ours, tfidf))
    return {
        "auc": auc,
        "tfidf_auc": reference,
        "ahead": auc - reference,
        "clean_hidden": ratio((hidden & ~harmful).astype(float), 1 - label, weights),
        "harmful_hidden": ratio((hidden & harmful).astype(float), label, weights),
    }


def _card(model: SafetyModel) -> Figures:
    """The card of the model, as figures without intervals of their own."""
    return {
        name: Figure(np.array([float(value)])) for name, value in model.card.model_dump().items()
    }


def _speed(model: SafetyModel, text: Sequence[str]) -> float:
    """Texts that one core scores in a second of its time, the best of three."""
    some = (list(text) * (1 + SPEED_TEXTS // len(text)))[:SPEED_TEXTS]
    model.scores(some)
    best = np.inf
    for _ in range(3):
        began = time.thread_time()
        model.scores(some)
        best = min(best, time.thread_time() - began)
    return len(some) / best
