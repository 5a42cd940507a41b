"""Fits the two towers: in-batch softmax with a correction for tweet frequency."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ml.actions import ENGAGEMENTS
from ml.arrays import Rows
from ml.models import buckets
from ml.models.two_tower import AUTHOR_BUCKETS, TAG_BUCKETS, WORD_BUCKETS, TwoTower
from ml.models.viewer_inputs import ViewerInputs
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.training.bags import bags, met_rows_only
from ml.training.optimize import TWO_TOWER, fit
from ml.training.replay import walk

BUCKET_SECONDS: Final = 3600  # histories need not be fresher than that to learn from


def train(state: FeatureState, events: Events, seed: int) -> TwoTower:
    """Fit on all engagements of a log, each with its viewer as of just before.

    `state` must be new; afterwards it has seen the log.
    """
    positive = events[np.isin(events.action, ENGAGEMENTS)]
    inputs = [
        ViewerInputs.read(state, positive.user[rows])
        for rows in walk(state, events, positive.at, BUCKET_SECONDS)
    ]
    viewers = ViewerInputs.stack(inputs) if inputs else None
    del inputs  # copied
    return _train(state, viewers, positive, seed)


def train_at_once(state: FeatureState, events: Events, seed: int) -> TwoTower:
    """Fit on all engagements of a log without times.

    `state` has seen the whole log; each viewer is read from it without the engagement itself.
    """
    positive = events[np.isin(events.action, ENGAGEMENTS)]
    viewers = None
    if len(positive):
        viewers = ViewerInputs.read(state, positive.user).without(positive.tweet)
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
    author_bucket = _after_nothing(buckets.of_ids(state.users.ids, AUTHOR_BUCKETS))
    author_tags = _after_nothing(buckets.of_tokens(state.users.interests, TAG_BUCKETS))
    interests = buckets.of_tokens(viewers.interests, TAG_BUCKETS)
    tags = buckets.of_tokens(tweets.tags, TAG_BUCKETS)
    words = buckets.of_tokens(tweets.words, WORD_BUCKETS)
    author_of = tweets.author + 1  # 0 where there is none
    history, followees = np.maximum(viewers.history, 0), viewers.followees + 1
    share = (followees > 0).astype(np.float32)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1)
    log_q = torch.from_numpy(_log_frequency(tweet, len(tweets)))

    def loss_of(positions: Tensor) -> Tensor:
        some = positions.numpy()
        read, place = _distinct(np.column_stack([history[some], tweet[some]]), len(tweets))
        signed, signs = _distinct(np.append(author_of[read], followees[some]), len(author_tags))
        authors = tower.author(author_tags[signed], author_bucket[signed])
        by = bags(authors, signs[: len(read), None], torch.ones(len(read), 1))
        content = tower.content(tags[read], words[read], by)
        mean = bags(content, place[:, :-1], torch.from_numpy(viewers.history_weight[some]))
        followed = signs[len(read) :].reshape(len(some), -1)
        circle = bags(authors, followed, torch.from_numpy(share[some]))
        viewer = tower.viewer(interests[positions], mean, circle)  # (batch, DIM)
        candidate = tower.tweet(bags(content, place[:, -1:], torch.ones(len(some), 1)))
        target, who = torch.from_numpy(tweet[some]), torch.from_numpy(user[some])
        logits = viewer @ candidate.T * torch.exp(-tower.log_temperature) - log_q[target]
        same = (target[:, None] == target[None]) | (who[:, None] == who[None])
        same.fill_diagonal_(False)
        logits = logits.masked_fill(same, float("-inf"))
        return torch.nn.functional.cross_entropy(logits, torch.arange(len(target)))

    met, _ = _distinct(np.append(history, tweet), len(tweets))
    known, _ = _distinct(np.append(author_of[met], followees), len(author_tags))
    with ExitStack() as stack:
        for name, parts in {
            "tags": (tags[met], author_tags[known], interests),
            "words": (words[met],),
            "authors": (author_bucket[known],),
        }.items():
            stack.enter_context(met_rows_only(tower, name, *parts))
        fit("two towers", tower, len(tweet), loss_of, TWO_TOWER, seed)


def _after_nothing(bucket: Tensor) -> Tensor:
    """The same rows after one of zeros, which stands for nobody."""
    return torch.cat([torch.zeros_like(bucket[:1]), bucket])


def _distinct(rows: Rows, count: int) -> tuple[Rows, Tensor]:
    """The distinct ones of some rows of a table of `count`, sorted; and the place of each there."""
    met = np.zeros(count, bool)
    met[rows] = True
    distinct = np.flatnonzero(met).astype(np.int32)
    place = np.zeros(count, np.int64)
    place[distinct] = np.arange(len(distinct))
    return distinct, torch.from_numpy(place[rows])


def _log_frequency(tweet: Rows, tweets: int) -> NDArray[np.float32]:
    """Log of the chance that a positive drawn at random is this tweet."""
    count = np.bincount(tweet, minlength=tweets)
    return np.log(np.maximum(count, 1) / len(tweet)).astype(np.float32)
