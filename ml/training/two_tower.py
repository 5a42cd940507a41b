"""Fits the two towers: in-batch softmax with a correction for tweet frequency."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.actions import ENGAGEMENTS
from ml.arrays import Rows
from ml.models import buckets
from ml.models.two_tower import AUTHOR_BUCKETS, DIM, TAG_BUCKETS, WORD_BUCKETS, TwoTower
from ml.models.viewer_inputs import ViewerInputs
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.training.optimize import TWO_TOWER, fit
from ml.training.replay import walk

BUCKET_SECONDS: Final = 3600  # histories need not be fresher than that to learn from


def train(state: FeatureState, events: Events, seed: int) -> TwoTower:
    """Fit on all engagements of a log, each with its viewer as of just before.

    `state` must be new; afterwards it has seen the log.
    """
    positive = events[np.isin(events.action, ENGAGEMENTS)]
    inputs = [
        ViewerInputs.read(state, positive.user[rows], positive.at[rows])
        for rows in walk(state, events, positive.at, BUCKET_SECONDS)
    ]
    viewers = ViewerInputs.stack(inputs) if inputs else None
    return _train(state, viewers, positive, seed)


def train_at_once(state: FeatureState, events: Events, seed: int) -> TwoTower:
    """Fit on all engagements of a log without times.

    `state` has seen the whole log; each viewer is read from it without the engagement itself.
    """
    positive = events[np.isin(events.action, ENGAGEMENTS)]
    viewers = None
    if len(positive):
        viewers = ViewerInputs.read(state, positive.user, positive.at).without(positive.tweet)
    return _train(state, viewers, positive, seed)


def _train(
    state: FeatureState, viewers: ViewerInputs | None, positive: Events, seed: int
) -> TwoTower:
    torch.manual_seed(seed)
    tower = TwoTower()
    if viewers is not None:
        _fit(tower, state, viewers, positive.user, positive.tweet, seed)
    return tower.eval()


def _fit(
    tower: TwoTower, state: FeatureState, viewers: ViewerInputs, user: Rows, tweet: Rows, seed: int
) -> None:
    tweets = state.tweets
    author_bucket = torch.cat(
        [torch.zeros(1, dtype=torch.int64), buckets.of_ids(state.users.ids, AUTHOR_BUCKETS)]
    )
    author_tags = torch.cat(
        [
            torch.zeros(1, state.users.interests.shape[1], dtype=torch.int64),
            buckets.of_tokens(state.users.interests, TAG_BUCKETS),
        ]
    )
    tags = buckets.of_tokens(tweets.tags, TAG_BUCKETS)
    words = buckets.of_tokens(tweets.words, WORD_BUCKETS)
    author_of = buckets.of_rows(tweets.author)
    log_q = torch.from_numpy(_log_frequency(tweet, len(tweets)))

    def authors(row: Tensor) -> Tensor:
        return tower.author(author_tags[row], author_bucket[row])

    def content(row: Tensor) -> Tensor:
        return tower.content(tags[row], words[row], authors(author_of[row]))

    def loss_of(positions: Tensor) -> Tensor:
        batch = viewers[positions.numpy()]
        target = torch.from_numpy(tweet[positions.numpy()].astype(np.int64))
        who = torch.from_numpy(user[positions.numpy()])
        history, place = np.unique(batch.history, return_inverse=True)
        seen = content(torch.from_numpy(np.maximum(history, 0).astype(np.int64)))
        weight = torch.from_numpy(batch.history_weight)
        mean = _weighted_sum(seen, place, weight)
        followed, place = np.unique(batch.followees, return_inverse=True)
        there = torch.from_numpy((batch.followees >= 0).astype(np.float32))
        there = there / there.sum(1, keepdim=True).clamp(min=1)
        circle = _weighted_sum(authors(buckets.of_rows(followed)), place, there)
        interests = buckets.of_tokens(batch.interests, TAG_BUCKETS)
        viewer = tower.viewer(interests, mean, circle)  # (batch, DIM)
        candidate = tower.tweet(content(target))  # (batch, DIM)
        logits = viewer @ candidate.T * torch.exp(-tower.log_temperature) - log_q[target]
        same = (target[:, None] == target[None]) | (who[:, None] == who[None])
        same.fill_diagonal_(False)
        logits = logits.masked_fill(same, float("-inf"))
        return torch.nn.functional.cross_entropy(logits, torch.arange(len(target)))

    fit(
        "two towers",
        tower,
        len(tweet),
        loss_of,
        TWO_TOWER,
        seed,
    )


def _weighted_sum(table: Tensor, place: NDArray[np.intp], weight: Tensor) -> Tensor:
    """(rows, DIM): the sum of the table's rows at `place` (rows, width) times `weight`."""
    rows, width = weight.shape
    return torch.nn.functional.embedding_bag(
        torch.from_numpy(place.reshape(rows, width)),
        table.reshape(-1, DIM),
        per_sample_weights=weight,
        mode="sum",
    )


def _log_frequency(tweet: Rows, tweets: int) -> NDArray[np.float32]:
    """Log of the chance that a positive drawn at random is this tweet."""
    count = np.bincount(tweet, minlength=tweets)
    return np.log(np.maximum(count, 1) / len(tweet)).astype(np.float32)
