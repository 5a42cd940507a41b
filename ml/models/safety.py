"""Is it safe to show? A tweet is judged by what it says, and by what its author said before."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ml.arrays import Rows
from ml.models import buckets
from ml.state.structures import tokens
from ml.state.tables.metadata import NAMES
from ml.state.tables.tweets import Tweets

BUCKETS: Final = 16_384
WORDS: Final = 48  # of a text, the first


class Safety(nn.Module):
    """One instance for NSFW, one for toxicity; all scores are log-odds.

    The words and the ten numbers on the outside of a tweet are one logistic regression; another
    weighs that against the author's record (`ml.models.record`), which tells a stranger's rough
    joke from a habit.
    """

    mean: Tensor
    spread: Tensor
    prior: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(len(NAMES)))
        self.register_buffer("spread", torch.ones(len(NAMES)))
        self.register_buffer("prior", torch.tensor(0.5))  # the share of tweets that are harmful
        self.numbers = nn.Linear(len(NAMES), 1)
        self.words = nn.EmbeddingBag(BUCKETS, 1, mode="sum", padding_idx=0)
        self.both = nn.Linear(2, 1)

    def said(self, metadata: Tensor, words: Tensor) -> Tensor:
        """(tweets,) by what they say alone, from (tweets, 10) and (tweets, WORDS) buckets."""
        length = (words != 0).sum(dim=-1, keepdim=True).clamp(min=1)
        outside = self.numbers((metadata - self.mean) / self.spread)
        log_odds: Tensor = (outside + self.words(words) / length.sqrt()).squeeze(-1)
        return log_odds

    def forward(self, said: Tensor, record: Tensor) -> Tensor:
        """(tweets,) by what they say and by the record of their authors, both (tweets,)."""
        log_odds: Tensor = self.both(torch.stack([said, record], dim=-1)).squeeze(-1)
        return log_odds


def word_buckets(tweets: Tweets, row: Rows) -> Tensor:
    """(rows, WORDS) buckets of the words of these tweets, 0 where there are no more."""
    return buckets.of_tokens(tokens.words(tweets.texts(row), WORDS), BUCKETS)


@torch.inference_mode()
def said(model: Safety, metadata: NDArray[np.float32], words: Tensor) -> NDArray[np.float32]:
    """(tweets,) log-odds by what tweets say alone."""
    scores: NDArray[np.float32] = model.said(torch.from_numpy(metadata), words).numpy()
    return scores


@torch.inference_mode()
def probability(
    model: Safety, said: NDArray[np.float32], record: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(tweets,) probabilities by all that is known."""
    log_odds = model(torch.from_numpy(said), torch.from_numpy(record))
    scores: NDArray[np.float32] = torch.sigmoid(log_odds).numpy()
    return scores
