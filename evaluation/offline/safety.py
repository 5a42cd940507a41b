"""How well are unsafe tweets known, among those that were written after training had ended?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Figure, ratio, resample
from evaluation.metrics.thresholds import Thresholds
from evaluation.offline.dataset import TEMPORAL, Dataset
from evaluation.safety.classifiers import TfIdf
from evaluation.safety.labelled_texts import LabelledTexts
from ml.arrays import Rows
from ml.bundle import Bundle
from ml.bundle.manifest import SafetyCard
from ml.state.feature_state import FeatureState

RECALL: Final = 0.9
AT_LEAST: Final = 20  # labelled tweets of each kind, for a regression to compare with

SafetyReport = dict[str, dict[str, Figure]]


def report(dataset: Dataset, bundle: Bundle) -> SafetyReport:
    """Per label: AUC, area under precision and recall, precision at 90 % recall, the shares of
    clean and of harmful tweets that the bundle's own threshold hides, and the AUC of a TF-IDF
    regression on all labelled texts before the cut.

    A label is what was planted, or else what somebody declared.
    """
    if dataset.protocol != TEMPORAL:
        return {}
    new = np.flatnonzero(dataset.tweets.created_at >= dataset.cut).astype(np.int32)
    encoded = bundle.encode(FeatureState(dataset.users, dataset.tweets)).tweets
    truth, tweets = dataset.truth, dataset.tweets
    labels = {
        "nsfw": truth.nsfw(new).astype(np.float64) if truth else tweets.nsfw[new],
        "toxicity": truth.toxic(new).astype(np.float64) if truth else tweets.toxic[new],
    }
    scores = {"nsfw": encoded.nsfw[new], "toxicity": encoded.toxicity[new]}
    cards = bundle.manifest.safety
    found = {
        name: _figures(labels[name], scores[name], cards.get(name), _tfidf(dataset, name, new))
        for name in labels
    }
    return {name: figures for name, figures in found.items() if figures}


def _tfidf(dataset: Dataset, name: str, new: Rows) -> NDArray[np.float32] | None:
    """(new,) what the regression says; None where there is too little to learn from."""
    tweets, label = dataset.tweets, dataset.tweets.declared[name]
    row = np.flatnonzero((tweets.created_at < dataset.cut) & ~np.isnan(label)).astype(np.int32)
    harmful = label[row] > 0
    if min(harmful.sum(), (~harmful).sum()) < AT_LEAST:
        return None
    known = LabelledTexts(name, tweets.texts(row).to_list(), harmful)
    return TfIdf.fit(known).scores(tweets.texts(new).to_list())


def _figures(
    label: NDArray[np.floating],
    score: NDArray[np.floating],
    card: SafetyCard | None,
    tfidf: NDArray[np.float32] | None,
) -> dict[str, Figure]:
    known = ~np.isnan(label) & ~np.isnan(score)
    if not known.any() or label[known].min() == label[known].max():
        return {}
    ranked, weights = Thresholds.of(label[known], score[known]), resample(int(known.sum()))
    figures = {
        "auc": Figure(ranked.auc(weights)),
        "pr_auc": Figure(ranked.average_precision(weights)),
        f"precision_at_{RECALL:.0%}_recall": Figure(ranked.precision_at_recall(weights, RECALL)),
    }
    if tfidf is not None:
        figures["tfidf_auc"] = Figure(Thresholds.of(label[known], tfidf[known]).auc(weights))
    if card is not None:
        hidden, harmful = score[known] >= np.float32(card.hidden_from), label[known]
        figures["clean_hidden"] = ratio(hidden * (1 - harmful), 1 - harmful, weights)
        figures["harmful_hidden"] = ratio(hidden * harmful, harmful, weights)
    return figures
