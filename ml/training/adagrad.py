"""Logistic regression on hashed n-grams, one text at a time, with a step width per bucket.

AdaGrad (Duchi and others, 2011): buckets that are seldom met take longer steps, which does for
them what inverse document frequencies do for a batch solver.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.kernels import kernel
from ml.models.ngrams import BUCKETS, Buckets, Ngrams

EPOCHS: Final = 8  # at most
MOST_TEXTS: Final = 100_000  # in all epochs; where there are more, each is read once
STEP: Final = 0.1
PENALTY: Final = 1e-5  # on squared weights, at each text that has the bucket
BEGIN: Final = 1e-2  # of the squared slopes, so that the first step is not the longest

Doubles = NDArray[np.float64]


def fit(
    ngrams: Ngrams,
    numbers: NDArray[np.float32],
    label: NDArray[np.bool_],
    text: NDArray[np.intp],
    seed: int,
) -> tuple[Doubles, Doubles]:
    """Fit on these of the texts.

    Args:
        numbers: (texts, numbers) inputs that are no n-grams, standardised.
        label: (texts,)
        text: the texts to fit on, each once.
        seed: of the order in which they are read.

    Returns:
        (BUCKETS,) weights of the n-grams, and (numbers + 1,) those of the numbers and the bias.
    """
    weight, slope = np.zeros(BUCKETS), np.full(BUCKETS, BEGIN)
    inputs = np.column_stack([numbers, np.ones(len(numbers))]).astype(np.float64)
    outside, outside_slope = np.zeros(inputs.shape[1]), np.full(inputs.shape[1], BEGIN)
    begin = np.concatenate([np.zeros(1, np.int64), ngrams.end[:-1, 1]])
    rng = np.random.default_rng(seed)
    for _ in range(max(min(EPOCHS, MOST_TEXTS // max(len(text), 1)), 1)):
        _epoch(
            ngrams.bucket,
            begin,
            ngrams.end,
            inputs,
            label.astype(np.float64),
            rng.permutation(text).astype(np.int64),
            weight,
            slope,
            outside,
            outside_slope,
        )
    return weight, outside


@kernel
def _epoch(
    bucket: Buckets,
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    inputs: Doubles,
    label: Doubles,
    order: NDArray[np.int64],
    weight: Doubles,
    slope: Doubles,
    outside: Doubles,
    outside_slope: Doubles,
) -> None:
    for text in order:
        first, middle, last = begin[text], end[text, 0], end[text, 1]
        per_word = 1 / math.sqrt(max(middle - first, 1))
        per_other = 1 / math.sqrt(max(last - middle, 1))
        words, others, log_odds = 0.0, 0.0, 0.0
        for i in range(first, middle):
            words += weight[bucket[i]]
        for i in range(middle, last):
            others += weight[bucket[i]]
        for i in range(inputs.shape[1]):
            log_odds += outside[i] * inputs[text, i]
        log_odds += words * per_word + others * per_other
        error = 1 / (1 + math.exp(-min(max(log_odds, -30.0), 30.0))) - label[text]
        for i in range(first, last):
            j = bucket[i]
            step = error * (per_word if i < middle else per_other) + PENALTY * weight[j]
            slope[j] += step * step
            weight[j] -= STEP * step / math.sqrt(slope[j])
        for i in range(inputs.shape[1]):
            step = error * inputs[text, i]
            outside_slope[i] += step * step
            outside[i] -= STEP * step / math.sqrt(outside_slope[i])
