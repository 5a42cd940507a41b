"""The chance that a positive is scored above a negative; ties count half."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Numbers = NDArray[np.floating]


def auc(label: Numbers, score: Numbers, weight: Numbers) -> float:
    """Area under the ROC curve; NaN where one class is empty."""
    counted = weight > 0
    label, score, weight = label[counted], score[counted], weight[counted]
    if not len(label) or label.min() == label.max():
        return float("nan")
    return float(roc_auc_score(label, score, sample_weight=weight))
