"""The safety models: P(NSFW) and P(toxic) by a tweet's content and its author's history."""

from __future__ import annotations

from typing import Final

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


@torch.inference_mode()
def text_log_odds(model: Safety, metadata: Floats, ngrams: Ngrams) -> Floats:
    """(tweets,) log-odds of harm by text and metadata (tweets, 10) alone.

    The n-grams of words and the others are two bags; the sum of each is over the root of its size.
    """
    shown = (torch.from_numpy(metadata[:, OUTSIDE]) - model.mean) / model.spread
    scores: Floats = model.numbers(shown).squeeze(-1).numpy()
    _add_bags(model.ngrams.weight.numpy()[:, 0], ngrams.bucket, ngrams.end, scores)
    return scores


@torch.inference_mode()
def probability(model: Safety, text_score: Floats, history: Floats) -> Floats:
    """(tweets,) probabilities of harm by the text score and the author history."""
    log_odds = model(torch.from_numpy(text_score), torch.from_numpy(history))
    scores: Floats = torch.sigmoid(log_odds).numpy()
    return scores


@kernel
def _add_bags(weight: Floats, bucket: Buckets, end: NDArray[np.int64], scores: Floats) -> None:
    """Add the weights of the n-grams of each tweet, in their order, to its score."""
    first = 0
    for tweet in range(len(end)):
        score = float(scores[tweet])
        for part in range(2):
            last = int(end[tweet, part])
            total = 0.0
            for i in range(first, last):
                total += float(weight[bucket[i]])
            score += total / np.sqrt(max(last - first, 1))
            first = last
        scores[tweet] = score
