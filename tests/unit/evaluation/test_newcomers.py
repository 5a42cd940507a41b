"""People who join have done what is left of them, and nothing else is different."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.settings import Settings
from evaluation.newcomers import newcomers
from evaluation.newcomers.joining import Joining
from evaluation.newcomers.newcomers import Wanted
from evaluation.offline import dataset
from evaluation.offline.dataset import Dataset
from ml.arrays import Rows
from ml.bundle import Bundle
from ml.dataset.tables import Tables
from ml.state.feature_state import FeatureState

MOST = 10


def joining(tables: Tables, bundle: Bundle, is_tied: bool = False) -> Joining:
    return Joining.drawn(tables, bundle.manifest.as_of, MOST, 30, 7, is_tied)


def joined(
    known: int, tables: Tables, data: Path, bundle: Bundle, is_tied: bool = False
) -> Dataset:
    cut, some = bundle.manifest.as_of, joining(tables, bundle, is_tied)
    return dataset.of_tables(some.known(tables, cut, known), data, bundle)


def engaged(state: FeatureState, who: Rows) -> list[set[str]]:
    tweets = state.history.tweet[who]
    return [{state.tweets.ids.id(row) for row in theirs[theirs >= 0].tolist()} for theirs in tweets]


def followees(state: FeatureState, who: Rows) -> list[set[str]]:
    """Whom each follows; somebody's other account is that person."""
    names = []
    for user in who.tolist():
        rows = state.graph.followees(np.array([user], np.int32))[0].tolist()
        names.append({state.users.name[row] or "" for row in rows})
    return names


def test_a_newcomer_has_done_so_much_and_brings_nothing(
    tiny_tables: Tables, tiny_data: Path, tiny_bundle: Bundle
) -> None:
    who = joining(tiny_tables, tiny_bundle).who
    assert len(who) >= 5
    histories = []
    for known in (0, 3, MOST):
        given = joined(known, tiny_tables, tiny_data, tiny_bundle)
        state, rows = given.state_at_the_cut(), given.users.ids.rows(who)
        assert (state.history.written[rows] == known).all()
        assert not (state.users.interests[rows] != 0).any()
        assert not np.isin(state.tweets.author, rows).any()
        assert not len(state.graph.followees(rows)[0])
        histories.append(engaged(state, rows))
    assert all(few < many for few, many in zip(histories[1], histories[2], strict=True))


def test_the_tied_bring_their_profile_and_whom_they_follow(
    tiny_tables: Tables, tiny_data: Path, tiny_bundle: Bundle
) -> None:
    who = joining(tiny_tables, tiny_bundle).who
    given = joined(0, tiny_tables, tiny_data, tiny_bundle, is_tied=True)
    before = dataset.of_tables(tiny_tables, tiny_data, tiny_bundle).state_at_the_cut()
    state = given.state_at_the_cut()
    rows, then = given.users.ids.rows(who), before.users.ids.rows(who)
    assert (state.history.written[rows] == 0).all()
    assert (state.users.interests[rows] == before.users.interests[then]).all()
    assert followees(state, rows) == followees(before, then)


def test_what_others_did_is_as_it_was(
    tiny_tables: Tables, tiny_data: Path, tiny_bundle: Bundle
) -> None:
    who = joining(tiny_tables, tiny_bundle).who
    before = dataset.of_tables(tiny_tables, tiny_data, tiny_bundle).state_at_the_cut()
    state = joined(3, tiny_tables, tiny_data, tiny_bundle).state_at_the_cut()
    others = np.setdiff1d(np.arange(len(before.users)), before.users.ids.rows(who))
    others = others.astype(np.int32)
    assert engaged(state, others) == engaged(before, others)
    assert followees(state, others) == followees(before, others)


def test_who_follows_nobody_has_no_ties_in_the_truth(
    tiny_tables: Tables, tiny_data: Path, tiny_bundle: Bundle
) -> None:
    some = joining(tiny_tables, tiny_bundle)
    truth = joined(0, tiny_tables, tiny_data, tiny_bundle).truth
    assert truth is not None
    theirs = truth.world.user_rows(some.who.to_numpy())
    assert np.isin(theirs, truth.world.follow_graph.follower).all()
    graph = some.truth(truth).world.follow_graph
    assert not np.isin(theirs, graph.follower).any()
    assert 0 < len(graph.key) < len(truth.world.follow_graph.key)


@pytest.mark.parametrize("is_tied", [False, True])
def test_newcomers_stand_beside_popular(
    is_tied: bool,
    tiny_tables: Tables,
    tiny_data: Path,
    tiny_bundle: Bundle,
    tiny_settings: Settings,
) -> None:
    wanted = Wanted(known=(0, 3), people=8, is_tied=is_tied)
    for one in newcomers.measure(tiny_tables, tiny_data, tiny_bundle, tiny_settings, wanted):
        assert {"for_you", "popular", "newest", "oracle"} <= set(one.figures)
        assert one.decided_by == "value@10"
        assert sum(one.products.values()) == one.people > 4
        assert ("for_you" in one.products) == is_tied
        assert 0 < one.over_popular.value < one.figures["oracle"]["value@10"].value * 1e3
        assert 0 <= one.shared <= one.repeated <= 1
