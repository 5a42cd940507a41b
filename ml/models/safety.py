"""The safety models: P(NSFW) and P(toxic) by a tweet's content and its author's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ml.kernels import kernel
from ml.models.ngrams import BUCKETS, Buckets, Ngrams
from ml.state.tables.metadata import NAMES

OUTSIDE: Final = [
    NAMES.index(name)
    for name in (
        "text_length",
        "capitals",
        "exclamations",
        "links",
        "mentions",
        "hashtags",
        "media",
    )
]
Floats = NDArray[np.float32]


class Safety(nn.Module):
    """One instance for NSFW, one for toxicity; all scores are log-odds.

    One logistic regression reads the n-grams of a tweet, and seven numbers about what it looks
    like. Another weighs its output against the author's history
    (`ml.models.author_history`), which separates a single rough joke from a habit.
    """

    mean: Tensor
    spread: Tensor
    prior: Tensor
    shift: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(len(OUTSIDE)))
        self.register_buffer("spread", torch.ones(len(OUTSIDE)))
        self.register_buffer("prior", torch.tensor(0.5))  # the share of tweets that are harmful
        self.register_buffer("shift", torch.tensor(0.0))  # from that share to the one that serves
        self.numbers = nn.Linear(len(OUTSIDE), 1)
        self.ngrams = nn.EmbeddingBag(BUCKETS, 1, mode="sum", padding_idx=0)
        self.both = nn.Linear(2, 1)
        for part in (self.numbers, self.ngrams):
            nn.init.zeros_(part.weight)

    def forward(self, text_score: Tensor, history: Tensor) -> Tensor:
        """(tweets,) by the text score and by the author history, both (tweets,)."""
        log_odds: Tensor = self.both(torch.stack([text_score, history], dim=-1)).squeeze(-1)
        return log_odds + self.shift


@dataclass(frozen=True, slots=True)
class TextScorer:
    """One or two models that read the same texts: each n-gram is looked up for both at once, since
    its look-up is most of what it costs."""

    models: Sequence[Safety]
    weight: Floats  # (BUCKETS, 2); zeros where there is no second model

    @classmethod
    def of(cls, models: Sequence[Safety]) -> Self:
        weight = np.zeros((BUCKETS, 2), np.float32)
        for column, model in enumerate(models):
            weight[:, column] = model.ngrams.weight.detach()[:, 0].numpy()
        return cls(models, weight)

    @torch.inference_mode()
    def log_odds(self, metadata: Floats, ngrams: Ngrams) -> Floats:
        """(tweets, models) log-odds of harm by text and metadata (tweets, 10) alone.

        The n-grams of words and the others are two bags; the sum of each is over the root of its
        size.
        """
        seen = torch.from_numpy(metadata[:, OUTSIDE])
        scores = np.zeros((len(ngrams), 2), np.float32)
        for column, model in enumerate(self.models):
            scores[:, column] = model.numbers((seen - model.mean) / model.spread)[:, 0].numpy()
        _add_bags(self.weight, ngrams.bucket, ngrams.end, scores)
        return scores[:, : len(self.models)]


def text_log_odds(model: Safety, metadata: Floats, ngrams: Ngrams) -> Floats:
    """(tweets,) the same by one model."""
    return TextScorer.of([model]).log_odds(metadata, ngrams)[:, 0]


@torch.inference_mode()
def probability(model: Safety, text_score: Floats, history: Floats) -> Floats:
    """(tweets,) probabilities of harm by the text score and the author history."""
    log_odds = model(torch.from_numpy(text_score), torch.from_numpy(history))
    scores: Floats = torch.sigmoid(log_odds).numpy()
    return scores


@kernel
def _add_bags(weight: Floats, bucket: Buckets, end: NDArray[np.int64], scores: Floats) -> None:
    """Add the weights of the n-grams of each tweet, in their order, to its two scores."""
    first = 0
    for tweet in range(len(end)):
        one, other = float(scores[tweet, 0]), float(scores[tweet, 1])
        for part in range(2):
            last = int(end[tweet, part])
            of_one, of_other = 0.0, 0.0
            for i in range(first, last):
                of_one += float(weight[bucket[i], 0])
                of_other += float(weight[bucket[i], 1])
            root = np.sqrt(max(last - first, 1))
            one, other = one + of_one / root, other + of_other / root
            first = last
        scores[tweet, 0], scores[tweet, 1] = one, other
