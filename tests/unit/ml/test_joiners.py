"""Who joins late has done a part of what they did, and nothing else is left out."""

from __future__ import annotations

import numpy as np
import pytest

from ml.actions import Action
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training.joiners import KEPT, Joiners


@pytest.fixture(scope="module")
def join(tiny_events: Events) -> Joiners:
    return Joiners.drawn(tiny_events.user[tiny_events.user >= 0], np.random.default_rng(0))


def test_each_has_engaged_with_as_many_tweets_as_are_kept(
    tiny_events: Events, tiny_catalog: tuple[Users, Tweets], join: Joiners
) -> None:
    later = join.left_out(tiny_events, np.random.default_rng(1))
    state, whole = FeatureState(*tiny_catalog), FeatureState(*tiny_catalog)
    state.apply(tiny_events[~later])
    whole.apply(tiny_events)
    did = whole.history.written[join.user]
    assert (state.history.written[join.user] == np.minimum(did, join.kept)).all()
    assert set(join.kept.tolist()) == set(KEPT)
    others = np.setdiff1d(np.arange(len(tiny_catalog[0])), join.user)
    assert (state.history.written[others] == whole.history.written[others]).all()


def test_only_what_they_did_is_left_out(tiny_events: Events, join: Joiners) -> None:
    out = tiny_events[join.left_out(tiny_events, np.random.default_rng(1))]
    assert np.isin(out.user, join.user).all()
    assert Action.POST not in out.action
    follows = out.user[out.action == Action.FOLLOW]
    assert len(follows)
    assert not np.isin(follows, join.user[join.is_tied]).any()


def test_the_tied_keep_their_profiles(tiny_catalog: tuple[Users, Tweets], join: Joiners) -> None:
    users = tiny_catalog[0]
    blank = join.without_profiles(users)
    stranger = np.zeros(len(users), bool)
    stranger[join.user[~join.is_tied]] = True
    assert not blank.interests[stranger].any()
    assert (blank.interests[~stranger] == users.interests[~stranger]).all()
    assert users.interests[stranger].any()
