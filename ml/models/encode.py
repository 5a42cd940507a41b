"""The towers at work: all tweets and authors once, viewers anew for every request."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ml.embeddings.encoder import EncodedTweets, Vectors
from ml.log.events import Rows, Times
from ml.models import buckets
from ml.models.safety import Safety, probability
from ml.models.two_tower import AUTHOR_BUCKETS, DIM, TAG_BUCKETS, WORD_BUCKETS, TwoTower
from ml.models.viewer_inputs import ViewerInputs
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class TowerEncoder:
    """An `Encoder` made of the two towers and the safety models."""

    tower: TwoTower
    tweets: EncodedTweets
    authors: Vectors  # (users, DIM)

    @classmethod
    @torch.inference_mode()
    def of(
        cls, state: FeatureState, tower: TwoTower, nsfw: Safety | None, toxicity: Safety | None
    ) -> TowerEncoder:
        authors = author_vectors(tower, state)
        content = content_vectors(tower, state, authors)
        encoded = EncodedTweets(
            vector=tower.tweet(content).numpy(),
            content=content.numpy(),
            nsfw=probability(nsfw, state.tweets.metadata),
            toxicity=probability(toxicity, state.tweets.metadata),
        )
        return cls(tower, encoded, authors.numpy())

    @torch.inference_mode()
    def viewers(self, state: FeatureState, viewer: Rows, now: Times) -> Vectors:
        inputs = ViewerInputs.read(state, viewer, now)
        history = np.einsum(
            "vh,vhd->vd", inputs.history_weight, self.tweets.content[inputs.history]
        )
        followed = (inputs.followees >= 0).astype(np.float32)
        followed /= np.maximum(followed.sum(axis=1, keepdims=True), 1)
        followees = np.einsum("vf,vfd->vd", followed, self.authors[inputs.followees])
        vectors: Vectors = self.tower.viewer(
            buckets.of_tokens(inputs.interests, TAG_BUCKETS),
            torch.from_numpy(history),
            torch.from_numpy(followees),
        ).numpy()
        return vectors


def author_vectors(tower: TwoTower, state: FeatureState) -> Tensor:
    """(users, DIM)"""
    interests = buckets.of_tokens(state.users.interests, TAG_BUCKETS)
    return tower.author(interests, buckets.of_ids(state.users.ids, AUTHOR_BUCKETS))


def content_vectors(tower: TwoTower, state: FeatureState, authors: Tensor) -> Tensor:
    """(tweets, DIM)"""
    tweets = state.tweets
    padded = torch.cat([torch.zeros(1, DIM), authors])
    return tower.content(
        buckets.of_tokens(tweets.tags, TAG_BUCKETS),
        buckets.of_tokens(tweets.words, WORD_BUCKETS),
        padded[buckets.of_rows(tweets.author)],
    )
