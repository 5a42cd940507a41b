"""How much the two towers learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml.actions import ENGAGEMENTS
from ml.models.viewer_inputs import ViewerInputs
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import two_tower
from ml.training.optimize import TWO_TOWER

MOST = 40


def log_of(engagements: int) -> Events:
    """So many engagements by 9 users with 30 tweets, a minute after one another."""
    place = np.arange(engagements)
    none = np.full(engagements, -1, np.int32)
    return Events(
        np.full(engagements, ENGAGEMENTS[0], np.int8),
        (place % 9).astype(np.int32),
        (place % 30).astype(np.int32),
        none,
        1_700_000_000 + place * 60,
        np.full(engagements, np.nan, np.float32),
        place.astype(np.uint64),
    )


def test_viewers_are_read_only_for_engagements_that_are_learned_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    reading = ViewerInputs.read

    def counted(state: FeatureState, viewer: np.ndarray) -> ViewerInputs:
        read.append(len(viewer))
        return reading(state, viewer)

    monkeypatch.setattr("ml.training.two_tower.TWO_TOWER", replace(TWO_TOWER, most_rows=MOST))
    monkeypatch.setattr(ViewerInputs, "read", counted)
    state = FeatureState(Users(map(str, range(9))), Tweets(map(str, range(30))))
    two_tower.train(state, log_of(400), seed=1)
    assert sum(read) == MOST
    assert state.newest == log_of(400).at[-1], "the log was replayed to its end"
