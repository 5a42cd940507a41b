"""The impressions that training never saw, and what everybody says of each just before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.offline import propensity
from evaluation.offline.dataset import Dataset
from evaluation.policies.logistic import Logistic
from ml.bundle import Bundle
from ml.features import Pairs, matrix
from ml.heads import NAMES as HEADS
from ml.state.tables.counted import engaged
from ml.state.tables.counts import Count
from ml.training.examples import Examples, of_impressions
from ml.training.replay import walk

Scores = Mapping[str, NDArray[np.floating]]  # head: (rows,)

PRIOR: Final = (1.0, 15.0)  # engagements and impressions that every tweet is given
AVERSE: Final = ("negative", "report")  # where popularity is asked the other way round


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Impressions from the cut on, and a score per head from everybody who has one."""

    examples: Examples
    scores: Mapping[str, Scores]  # of the model, popularity, logistic, the oracle
    inverse_propensity: NDArray[np.float64] | None  # None where nobody logged it


def score(dataset: Dataset, bundle: Bundle, logistic: Logistic | None) -> HeldOut:
    """Replay the log past the cut, asking about each impression before it happens."""
    everything = of_impressions(dataset.events, dataset.tweets)
    after_the_cut = everything.at >= dataset.cut
    examples = everything[after_the_cut]
    state = dataset.state_at_the_cut()
    encoder = bundle.encode(state)
    model = np.empty((len(examples), len(HEADS)))
    plain = {name: np.empty(len(examples)) for name in (logistic.heads if logistic else ())}
    popularity = np.empty(len(examples))
    for rows in walk(state, dataset.held_out, examples.at):
        part = examples[rows]
        x = Pairs(state, encoder, part.viewer, part.tweet, part.at)
        features = matrix(x)
        model[rows] = bundle.models.probabilities(x, features)[:, : len(HEADS)]
        for name, p in logistic(x, features).items() if logistic else ():
            plain[name][rows] = p
        counts = state.tweet_counts.read(part.tweet, part.at)
        popularity[rows] = (engaged(counts) + PRIOR[0]) / (counts[:, Count.IMPRESSION] + PRIOR[1])
    trained = bundle.manifest.heads
    scores: dict[str, Scores] = {
        "model": {name: model[:, HEADS.index(name)] for name in trained},
        "popularity": {name: -popularity if name in AVERSE else popularity for name in trained},
    }
    if logistic:
        scores["logistic"] = plain
    if dataset.truth:
        scores["oracle"] = dataset.truth.probabilities(examples.viewer, examples.tweet, examples.at)
    inverse = propensity.inverse(dataset)
    return HeldOut(examples, scores, None if inverse is None else inverse[after_the_cut])
