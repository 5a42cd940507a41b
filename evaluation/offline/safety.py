"""How well are unsafe tweets known, among those that were written after training had ended?"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Figure, resample
from evaluation.metrics.thresholds import Thresholds
from evaluation.offline.dataset import TEMPORAL, Dataset
from ml.bundle import Bundle
from ml.state.feature_state import FeatureState

RECALL: Final = 0.9

SafetyReport = dict[str, dict[str, Figure]]


def report(dataset: Dataset, bundle: Bundle) -> SafetyReport:
    """Per label: AUC, area under precision and recall, precision at 90 % recall.

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
    found = {name: _figures(labels[name], scores[name]) for name in labels}
    return {name: figures for name, figures in found.items() if figures}


def _figures(label: NDArray[np.floating], score: NDArray[np.floating]) -> dict[str, Figure]:
    known = ~np.isnan(label) & ~np.isnan(score)
    if not known.any() or label[known].min() == label[known].max():
        return {}
    ranked, weights = Thresholds.of(label[known], score[known]), resample(int(known.sum()))
    return {
        "auc": Figure(ranked.auc(weights)),
        "pr_auc": Figure(ranked.average_precision(weights)),
        f"precision_at_{RECALL:.0%}_recall": Figure(ranked.precision_at_recall(weights, RECALL)),
    }
