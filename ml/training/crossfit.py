"""Training data without times: features are read from the state of the other folds.

No row is read from a state that holds its own label.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.embeddings.encoder import Encoder
from ml.features import Pairs, matrix
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import communities, two_tower
from ml.training.examples import Examples
from ml.training.heavy_ranker import RankerRows
from ml.training.options import TrainingOptions
from ml.training.processes import Processes
from ml.training.training_data import Encoders, SafetyModels, TrainingData, ranker_examples

FOLDS: Final = 5
TOWER_FOLDS: Final = (0, 1)
TRAIN_FOLDS: Final = (2, 3)
CALIBRATION_FOLD: Final = 4
NOTE: Final = (
    "interactions have no times: features were read from the state of the other folds, and the "
    "manifest's as_of means nothing"
)


def prepare(
    events: Events,
    users: Users,
    tweets: Tweets,
    options: TrainingOptions,
    processes: Processes,
) -> TrainingData:
    """Fit towers on two folds, and make rows of two more (ranker) and the last (calibration)."""
    examples, notes = ranker_examples(events, users, tweets, options)
    safety = SafetyModels.of(processes, tweets, np.ones(len(tweets), bool), options)
    event_fold = folds_of(events)
    known = FeatureState(users, tweets)
    known.remember_no_views()
    mine = np.isin(event_fold, (-1, *TOWER_FOLDS))
    known.apply(events[mine])
    tower = two_tower.train_at_once(known, events[mine], options.seed)
    groups = communities.train(known, None, options.seed)
    encoders = Encoders.of(tower, groups, safety)
    encoder = encoders.encode(known)  # of what is written, which is the same in every state

    fold = fold_of(examples.viewer, examples.tweet)
    parts: dict[int, RankerRows] = {}
    for k in (*TRAIN_FOLDS, CALIBRATION_FOLD):
        others = FeatureState(users, tweets)
        others.remember_no_views()
        others.apply(events[event_fold != k])
        parts[k] = _rows(others, encoder, examples[fold == k])
    return TrainingData(
        encoders,
        RankerRows.stack([parts[k] for k in TRAIN_FOLDS]),
        parts[CALIBRATION_FOLD],
        examples[fold == CALIBRATION_FOLD],
        (NOTE, *notes),
    )


def folds_of(events: Events) -> NDArray[np.int64]:
    """The fold of each event; -1 of those that are about no tweet."""
    return np.where(events.tweet >= 0, fold_of(events.user, events.tweet), -1)


def fold_of(user: Rows, tweet: Rows) -> NDArray[np.int64]:
    """The fold of each pair, by hash; the rows of a user or a tweet spread over all folds."""
    mixed = user.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (tweet.astype(np.uint64) + np.uint64(1))) * np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed >> np.uint64(40)) % np.uint64(FOLDS)).astype(np.int64)


def _rows(state: FeatureState, encoder: Encoder, examples: Examples) -> RankerRows:
    x = Pairs(state, encoder, examples.viewer, examples.tweet, examples.at)
    return RankerRows(
        x.vectors,
        encoder.tweets.vector,
        x.viewers.which.astype(np.int32),
        examples.tweet,
        matrix(x),
        examples.position,
        examples.label,
        examples.weight,
    )
