"""Fits a safety model on labelled tweets."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from torch import Tensor

from ml.models.author_history import author_history, evidence
from ml.models.safety import BUCKETS, Safety, text_log_odds, word_buckets
from ml.state.tables.tweets import Tweets

AT_LEAST: Final = 20  # examples of each kind; with fewer there is no model
PENALTY: Final = 1 / 3  # on squared weights: words are many, and examples few
FOLDS: Final = 5
ITERATIONS: Final = 1_000


def train(
    tweets: Tweets, learnable: NDArray[np.bool_], label: NDArray[np.float32]
) -> Safety | None:
    """Fit on the `learnable` tweets (tweets,) whose label is known, and on what their authors
    wrote before; None where there is too little to learn from."""
    past = np.flatnonzero(learnable).astype(np.int32)
    known = ~np.isnan(label[past])
    harmful = label[past][known] > 0
    if min(harmful.sum(), (~harmful).sum()) < AT_LEAST:
        return None
    model, metadata, words = Safety().eval(), tweets.metadata[past], word_buckets(tweets, past)
    model.mean = torch.from_numpy(metadata[known].mean(axis=0))
    model.spread = torch.from_numpy(metadata[known].std(axis=0)).clamp(min=1e-3)
    model.prior = torch.tensor(float(harmful.mean()))
    x = _inputs(model, metadata[known], words[torch.from_numpy(known)])
    regression = LogisticRegression(C=1 / PENALTY, max_iter=ITERATIONS).fit(x, harmful)
    numbers = regression.coef_[0, : metadata.shape[1]]
    _write(model.numbers, numbers, regression.intercept_)
    with torch.no_grad():
        model.words.weight[:, 0] = torch.from_numpy(regression.coef_[0, len(numbers) :])

    scores = text_log_odds(model, metadata, words)
    scores[known] = cross_val_predict(  # out of fold, as for new tweets
        regression, x, harmful, cv=FOLDS, method="decision_function"
    )
    harm = evidence(scores, label[past])
    before = author_history(tweets.author[past], tweets.created_at[past], harm, float(model.prior))
    both = LogisticRegression(C=1e3).fit(np.column_stack([scores, before])[known], harmful)
    _write(model.both, both.coef_[0], both.intercept_)
    return model


def _inputs(model: Safety, metadata: NDArray[np.float32], words: Tensor) -> csr_matrix:
    """(tweets, 10 + BUCKETS): the inputs of which `Safety.text_log_odds` is a linear function."""
    bucket = words.numpy()
    row, place = np.nonzero(bucket)
    length = np.maximum((bucket != 0).sum(axis=1), 1)
    shape = len(bucket), BUCKETS
    bag = csr_matrix((1 / np.sqrt(length[row]), (row, bucket[row, place])), shape=shape)
    numbers = (metadata - model.mean.numpy()) / model.spread.numpy()
    return hstack([csr_matrix(numbers), bag]).tocsr()


@torch.no_grad()
def _write(layer: torch.nn.Linear, weight: NDArray[np.float64], bias: NDArray[np.float64]) -> None:
    layer.weight[0] = torch.from_numpy(weight)
    layer.bias[:] = torch.from_numpy(bias)
