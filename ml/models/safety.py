"""The safety models: P(NSFW) and P(toxic) by a tweet's content and its author's history."""

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

    One logistic regression reads the words and the ten metadata numbers of a tweet. Another weighs
    its output against the author's history (`ml.models.author_history`), which separates a single
    rough joke from a habit.
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

    def text_log_odds(self, metadata: Tensor, words: Tensor) -> Tensor:
        """(tweets,) by text and metadata alone, from (tweets, 10) and (tweets, WORDS) buckets."""
        length = (words != 0).sum(dim=-1, keepdim=True).clamp(min=1)
        outside = self.numbers((metadata - self.mean) / self.spread)
        log_odds: Tensor = (outside + self.words(words) / length.sqrt()).squeeze(-1)
        return log_odds

    def forward(self, text_score: Tensor, history: Tensor) -> Tensor:
        """(tweets,) by the text score and by the author history, both (tweets,)."""
        log_odds: Tensor = self.both(torch.stack([text_score, history], dim=-1)).squeeze(-1)
        return log_odds


def word_buckets(tweets: Tweets, row: Rows) -> Tensor:
    """(rows, WORDS) buckets of the words of these tweets, 0 behind the last word."""
    return buckets.of_tokens(tokens.words(tweets.texts(row), WORDS), BUCKETS)


@torch.inference_mode()
def text_log_odds(
    model: Safety, metadata: NDArray[np.float32], words: Tensor
) -> NDArray[np.float32]:
    """(tweets,) log-odds of harm by text and metadata alone."""
    scores: NDArray[np.float32] = model.text_log_odds(torch.from_numpy(metadata), words).numpy()
    return scores


@torch.inference_mode()
def probability(
    model: Safety, text_score: NDArray[np.float32], history: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(tweets,) probabilities of harm by the text score and the author history."""
    log_odds = model(torch.from_numpy(text_score), torch.from_numpy(history))
    scores: NDArray[np.float32] = torch.sigmoid(log_odds).numpy()
    return scores
