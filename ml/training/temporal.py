"""Training data with times: towers on the first part, the ranker next, calibration last."""

from __future__ import annotations

import numpy as np

from ml import memory
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import communities, two_tower
from ml.training.options import TrainingOptions
from ml.training.processes import Processes
from ml.training.segments import featurise_in_segments
from ml.training.time_scales import time_scales
from ml.training.training_data import Encoders, SafetyModels, TrainingData, ranker_examples


def prepare(
    events: Events,
    users: Users,
    tweets: Tweets,
    calibrate_from: int,
    towers_until: int,
    options: TrainingOptions,
    processes: Processes,
) -> TrainingData:
    """Replay the log once; no row is encoded by a model that was fitted on it or on later rows."""
    later, notes = ranker_examples(events, users, tweets, options, since=towers_until)
    safety = SafetyModels.of(processes, tweets, tweets.created_at < towers_until, options)
    state = FeatureState(users, tweets)
    state.remember_no_views()
    tower = two_tower.train(state, events.before(towers_until), options.seed)
    half_life_hours = time_scales(events.before(towers_until), tweets).half_life_hours
    groups = communities.train(state, half_life_hours, options.seed)
    encoders = Encoders.of(tower, groups, safety)
    memory.give_back()
    rest = events[int(np.searchsorted(events.at, towers_until)) :]
    rows = featurise_in_segments(processes, state, rest, encoders.encode(state), later)
    split = int(np.searchsorted(later.at, calibrate_from))
    return TrainingData(encoders, rows[:split], rows[split:], later[split:], notes)
