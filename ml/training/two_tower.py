"""Fits the two towers: in-batch softmax with a correction for tweet frequency."""

from __future__ import annotations

from contextlib import ExitStack
from copy import deepcopy
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
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training.bags import bags, met_rows_only
from ml.training.optimize import TWO_TOWER, TWO_TOWER_AGAIN, Optimizer, fit
from ml.training.replay import walk

BUCKET_SECONDS: Final = 3600  # histories need not be fresher than that to learn from


def train(state: FeatureState, events: Events, seed: int) -> TwoTower:
    """Fit on the engagements of a log, each with its viewer as of just before.

    `state` must be new; afterwards it has seen the log.
    """
    torch.manual_seed(seed)
    positive = _engagements(events, seed, TWO_TOWER)
    viewers = _viewers_before(state, events, positive)
    return _trained(TwoTower(), state.users, state.tweets, viewers, positive, seed, TWO_TOWER)


def train_at_once(state: FeatureState, events: Events, seed: int) -> TwoTower:
    """Fit on the engagements of a log without times.

    `state` has seen the whole log; each viewer is read from it without the engagement itself.
    """
    torch.manual_seed(seed)
    positive = _engagements(events, seed, TWO_TOWER)
    viewers = ViewerInputs.read(state, positive.user).without(positive.tweet)
    return _trained(TwoTower(), state.users, state.tweets, viewers, positive, seed, TWO_TOWER)


def refit_inputs(state: FeatureState, events: Events, seed: int) -> tuple[ViewerInputs, Events]:
    """What `refit` learns from: engagements of a whole log, and the viewer of each just before it.

    `state` must be new; afterwards it has seen the log.
    """
    positive = _engagements(events, seed, TWO_TOWER_AGAIN)
    return _viewers_before(state, events, positive), positive


def refit_inputs_at_once(
    state: FeatureState, events: Events, seed: int
) -> tuple[ViewerInputs, Events]:
    """The same for a log without times, which `state` has seen."""
    positive = _engagements(events, seed, TWO_TOWER_AGAIN)
    return ViewerInputs.read(state, positive.user).without(positive.tweet), positive


def refit(
    tower: TwoTower,
    users: Users,
    tweets: Tweets,
    viewers: ViewerInputs,
    positive: Events,
    seed: int,
) -> TwoTower:
    """A tower that goes on to learn from a whole log, of which it knows a part."""
    return _trained(deepcopy(tower), users, tweets, viewers, positive, seed, TWO_TOWER_AGAIN)


def _viewers_before(state: FeatureState, events: Events, positive: Events) -> ViewerInputs:
    """The viewers of some engagements, each as of just before; `state` sees the log."""
    viewers = ViewerInputs.nothing(len(positive))
    for rows in walk(state, events, positive.at, BUCKET_SECONDS):
        viewers[rows] = ViewerInputs.read(state, positive.user[rows])
    return viewers


def _engagements(events: Events, seed: int, optimizer: Optimizer) -> Events:
    """What is learned from: engagements, drawn uniformly where there are more than the optimiser
    visits."""
    engagements, most = events[np.isin(events.action, ENGAGEMENTS)], optimizer.most_rows
    if len(engagements) <= most:
        return engagements
    rng = np.random.default_rng(seed)
    return engagements[np.sort(rng.choice(len(engagements), most, replace=False))]


def _trained(
    tower: TwoTower,
    users: Users,
    tweets: Tweets,
    viewers: ViewerInputs,
    positive: Events,
    seed: int,
    optimizer: Optimizer,
) -> TwoTower:
    """The same tower, fitted."""
    if len(positive):
        _fit(tower, users, tweets, viewers, positive.user, positive.tweet, seed, optimizer)
    return tower.eval()


def _fit(
    tower: TwoTower,
    users: Users,
    tweets: Tweets,
    viewers: ViewerInputs,
    user: Rows,
    tweet: Rows,
    seed: int,
    optimizer: Optimizer,
) -> None:
    author_bucket = _after_nothing(buckets.of_ids(users.ids, AUTHOR_BUCKETS))
    author_tags = _after_nothing(buckets.of_tokens(users.interests, TAG_BUCKETS))
    tags = buckets.of_tokens(tweets.tags, TAG_BUCKETS)
    words = buckets.of_tokens(tweets.words, WORD_BUCKETS)
    author_of = tweets.author + 1  # 0 where there is none
    log_q = torch.from_numpy(_log_frequency(tweet, len(tweets)))

    def loss_of(positions: Tensor) -> Tensor:
        some = positions.numpy()
        who = viewers[some]
        history, followees = np.maximum(who.history, 0), who.followees + 1
        read, place = _distinct(np.column_stack([history, tweet[some]]), len(tweets))
        signed, signs = _distinct(np.append(author_of[read], followees), len(author_tags))
        authors = tower.author(author_tags[signed], author_bucket[signed])
        by = bags(authors, signs[: len(read), None], torch.ones(len(read), 1))
        content = tower.content(tags[read], words[read], by)
        mean = bags(content, place[:, :-1], torch.from_numpy(who.history_weight))
        followed = signs[len(read) :].reshape(len(some), -1)
        circle = bags(authors, followed, torch.from_numpy(_share(followees)))
        viewer = tower.viewer(_interests(who), mean, circle)  # (batch, DIM)
        candidate = tower.tweet(bags(content, place[:, -1:], torch.ones(len(some), 1)))
        target, reader = torch.from_numpy(tweet[some]), torch.from_numpy(user[some])
        logits = viewer @ candidate.T * torch.exp(-tower.log_temperature) - log_q[target]
        same = (target[:, None] == target[None]) | (reader[:, None] == reader[None])
        same.fill_diagonal_(False)
        logits = logits.masked_fill(same, float("-inf"))
        return torch.nn.functional.cross_entropy(logits, torch.arange(len(target)))

    met = _met(len(tweets), np.maximum(viewers.history, 0), tweet)
    known = _met(len(author_tags), author_of[met], viewers.followees + 1)
    with ExitStack() as stack:
        for name, parts in {
            "tags": (tags[met], author_tags[known], _interests(viewers)),
            "words": (words[met],),
            "authors": (author_bucket[known],),
        }.items():
            stack.enter_context(met_rows_only(tower, name, *parts))
        fit("two towers", tower, len(tweet), loss_of, optimizer, seed)


def _after_nothing(bucket: Tensor) -> Tensor:
    """The same rows after one of zeros, which stands for nobody."""
    return torch.cat([torch.zeros_like(bucket[:1]), bucket])


def _interests(viewers: ViewerInputs) -> Tensor:
    """(viewers, INTERESTS) tag buckets."""
    return buckets.of_tokens(viewers.interests, TAG_BUCKETS)


def _share(followees: Rows) -> NDArray[np.float32]:
    """(viewers, FOLLOWEES) the weights of a mean over those who are there; 0 is nobody."""
    share = (followees > 0).astype(np.float32)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1)
    return share


def _met(count: int, *rows: Rows) -> Rows:
    """The distinct ones of some rows of a table of `count`, sorted."""
    met = np.zeros(count, bool)
    for some in rows:
        met[some] = True
    return np.flatnonzero(met).astype(np.int32)


def _distinct(rows: Rows, count: int) -> tuple[Rows, Tensor]:
    """The distinct ones of some rows of a table of `count`, sorted; and the place of each there."""
    distinct = _met(count, rows)
    place = np.zeros(count, np.int64)
    place[distinct] = np.arange(len(distinct))
    return distinct, torch.from_numpy(place[rows])


def _log_frequency(tweet: Rows, tweets: int) -> NDArray[np.float32]:
    """Log of the chance that a positive drawn at random is this tweet."""
    count = np.bincount(tweet, minlength=tweets)
    return np.log(np.maximum(count, 1) / len(tweet)).astype(np.float32)
