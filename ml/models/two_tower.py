"""Two towers, one space: a tweet lies near the viewers who would engage with it.

After TwHIN (El-Kishky et al., KDD 2022), with towers over features in place of id tables, so
that a tweet or a user that arrived a second ago has a vector. Author embeddings are hashed; an
author whose bucket was never trained keeps the zero vector and is known by interests and topics.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn

DIM: Final = 64
TAG_BUCKETS: Final = 4096
WORD_BUCKETS: Final = 8192
AUTHOR_BUCKETS: Final = 16384


class TwoTower(nn.Module):
    """Tweets and viewers as vectors of length 1, shape (rows, DIM)."""

    def __init__(self) -> None:
        super().__init__()
        self.tags = nn.EmbeddingBag(TAG_BUCKETS, DIM, mode="sum", padding_idx=0)
        self.words = nn.EmbeddingBag(WORD_BUCKETS, DIM, mode="sum", padding_idx=0)
        self.authors = nn.Embedding(AUTHOR_BUCKETS, DIM, padding_idx=0)
        self.tweet_tower = nn.Sequential(nn.Linear(DIM, DIM), nn.ReLU(), nn.Linear(DIM, DIM))
        self.viewer_tower = nn.Sequential(nn.Linear(3 * DIM, DIM), nn.ReLU(), nn.Linear(DIM, DIM))
        self.log_temperature = nn.Parameter(torch.tensor(-2.5))
        for table in (self.tags, self.words):
            nn.init.normal_(table.weight, std=0.1)
        nn.init.zeros_(self.authors.weight)
        with torch.no_grad():
            self.tags.weight[0] = 0
            self.words.weight[0] = 0

    def author(self, interests: Tensor, bucket: Tensor) -> Tensor:
        """(authors, DIM) from (authors, INTERESTS) tag buckets and (authors,) author buckets."""
        known: Tensor = self.authors(bucket)
        return known + 0.3 * self._mean(self.tags, interests)

    def content(self, tags: Tensor, words: Tensor, author: Tensor) -> Tensor:
        """(tweets, DIM): the subject of a tweet, and its author."""
        return self._mean(self.tags, tags) + self._mean(self.words, words) + author

    def tweet(self, content: Tensor) -> Tensor:
        """(tweets, DIM), of length 1."""
        return nn.functional.normalize(content + self.tweet_tower(content), dim=-1)

    def viewer(self, interests: Tensor, history: Tensor, followees: Tensor) -> Tensor:
        """(viewers, DIM), of length 1, from declared interests (viewers, INTERESTS) as tag
        buckets, the mean content of what they engaged with, and the mean of whom they follow."""
        declared = self._mean(self.tags, interests)
        mixed = torch.cat([declared, history, followees], dim=-1)
        return nn.functional.normalize(
            declared + history + followees + self.viewer_tower(mixed), dim=-1
        )

    @staticmethod
    def _mean(table: nn.EmbeddingBag, bucket: Tensor) -> Tensor:
        total: Tensor = table(bucket)
        return total / (bucket != 0).sum(dim=-1, keepdim=True).clamp(min=1)
