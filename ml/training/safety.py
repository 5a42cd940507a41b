"""Fits a safety model on labelled tweets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from ml.bundle.manifest import SafetyCard
from ml.models.author_history import author_history, evidence
from ml.models.ngrams import ngrams
from ml.models.safety import OUTSIDE, Safety, probability, text_log_odds
from ml.state.tables.tweets import Tweets
from ml.training import adagrad, base_rate
from ml.training.hidden_from import hidden_from, interval
from ml.training.options import TrainingOptions

AT_LEAST: Final = 20  # examples of each kind; with fewer there is no model
FOLDS: Final = 5
UNLABELLED: Final = 200  # with fewer, the share of harm is taken to be that of the labelled

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TrainedSafety:
    """A model, and how it does on tweets that it was not fitted on."""

    model: Safety
    card: SafetyCard


def train(
    tweets: Tweets,
    learnable: NDArray[np.bool_],
    label: Floats,
    options: TrainingOptions,
    rate: float | None = None,
) -> TrainedSafety | None:
    """Fit on the `learnable` tweets (tweets,) whose label is known, and on what their authors
    wrote before; None where there is too little to learn from.

    Args:
        rate: the share of harmful tweets where the model serves; None estimates it from the
            learnable tweets that nobody labelled.
    """
    past = np.flatnonzero(learnable).astype(np.int32)
    known = ~np.isnan(label[past])
    harmful = label[past] > 0
    if min(harmful[known].sum(), (~harmful[known]).sum()) < AT_LEAST:
        return None
    model, metadata = Safety().eval(), tweets.metadata[past]
    model.mean = torch.from_numpy(metadata[known][:, OUTSIDE].mean(axis=0))
    model.spread = torch.from_numpy(metadata[known][:, OUTSIDE].std(axis=0)).clamp(min=1e-3)
    trained_rate = float(harmful[known].mean())
    model.prior = torch.tensor(trained_rate)
    scores = _fit_text(model, tweets, past, known, harmful, options.seed)
    harm = evidence(scores, label[past])
    before = author_history(tweets.author[past], tweets.created_at[past], harm, trained_rate)
    both = LogisticRegression(C=1e3).fit(np.column_stack([scores, before])[known], harmful[known])
    with torch.no_grad():
        model.both.weight[0] = torch.from_numpy(both.coef_[0])
        model.both.bias[:] = torch.from_numpy(both.intercept_)
    serving_rate = trained_rate if rate is None else rate
    if rate is None and (~known).sum() >= UNLABELLED:
        unlabelled = np.column_stack([scores, before])[~known]
        serving_rate = base_rate.estimate(both.decision_function(unlabelled), trained_rate)
    model.shift = torch.tensor(base_rate.shift(trained_rate, serving_rate))
    p = probability(model, scores, before)[known]
    card = _card(p, harmful[known], trained_rate, serving_rate, options.clean_hidden)
    return TrainedSafety(model, card)


def _fit_text(
    model: Safety,
    tweets: Tweets,
    past: NDArray[np.int32],
    known: NDArray[np.bool_],
    harmful: NDArray[np.bool_],
    seed: int,
) -> Floats:
    """Fit what reads the text; (past,) log-odds, out of fold where it was fitted on them."""
    read, metadata = ngrams(tweets.texts(past).to_list()), tweets.metadata[past]
    shown = (metadata[:, OUTSIDE] - model.mean.numpy()) / model.spread.numpy()
    labelled = np.flatnonzero(known)
    out_of_fold = np.empty(len(past), np.float32)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for others, fold in folds.split(labelled, harmful[labelled]):
        _write(model, *adagrad.fit(read, shown, harmful, labelled[others], seed))
        out_of_fold[labelled[fold]] = text_log_odds(model, metadata, read)[labelled[fold]]
    _write(model, *adagrad.fit(read, shown, harmful, labelled, seed))
    return np.where(known, out_of_fold, text_log_odds(model, metadata, read))


@torch.no_grad()
def _write(model: Safety, weight: NDArray[np.float64], outside: NDArray[np.float64]) -> None:
    model.ngrams.weight[:, 0] = torch.from_numpy(weight)
    model.numbers.weight[0] = torch.from_numpy(outside[:-1])
    model.numbers.bias[:] = torch.from_numpy(outside[-1:])


def _card(
    p: Floats, harmful: NDArray[np.bool_], trained: float, serving: float, share: float
) -> SafetyCard:
    threshold = hidden_from(p[~harmful], share)
    hidden = p >= np.float32(threshold)
    clean = int((~harmful).sum())
    low, high = interval(int(hidden[~harmful].sum()), clean)
    return SafetyCard(
        harmful=int(harmful.sum()),
        clean=clean,
        trained_rate=trained,
        serving_rate=serving,
        auc=float(roc_auc_score(harmful, p)),
        hidden_from=threshold,
        clean_hidden=float(hidden[~harmful].mean()),
        clean_hidden_low=low,
        clean_hidden_high=high,
        harmful_hidden=float(hidden[harmful].mean()),
    )
