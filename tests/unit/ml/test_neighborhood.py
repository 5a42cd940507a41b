"""The users around one, as the events about them say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.actions import Action
from ml.state.events import Events
from ml.state.tables import neighborhood
from ml.state.tables.graph import Graph
from ml.state.tables.neighborhood import Neighborhood, among, place_among, places_among

USERS = 6
FOLLOW, MUTE, BLOCK, LESS = Action.FOLLOW, Action.MUTE, Action.BLOCK, Action.NOT_INTERESTED
ACTIONS = [FOLLOW, Action.UNFOLLOW, MUTE, Action.UNMUTE, BLOCK, Action.UNBLOCK, LESS]
user = st.integers(0, USERS - 1)
events = st.lists(st.tuples(st.sampled_from(ACTIONS), user, user), max_size=60)


def graph_of(told: list[tuple[Action, int, int]]) -> Graph:
    """One event after the other, a second apart."""
    graph = Graph(USERS)
    for at, (action, one, other) in enumerate(told):
        event = Events(
            action=np.array([action], np.int8),
            user=np.array([one], np.int32),
            tweet=np.array([-1], np.int32),
            target=np.array([other], np.int32),
            at=np.array([at]),
            position=np.full(1, np.nan, np.float32),
            tiebreak=np.zeros(1, np.uint64),
            weight=np.ones(1),
        )
        graph.apply(event)
    return graph


def on(told: list[tuple[Action, int, int]]) -> dict[tuple[Action, int, int], int]:
    """What is on in the end, and since when."""
    undoes = {Action.UNFOLLOW: FOLLOW, Action.UNMUTE: MUTE, Action.UNBLOCK: BLOCK}
    left: dict[tuple[Action, int, int], int] = {}
    for at, (action, one, other) in enumerate(told):
        if action in undoes:
            left.pop((undoes[action], one, other), None)
        else:
            left[action, one, other] = at
    return left


@given(events, st.integers(1, 4))
def test_it_is_what_is_left_of_the_events(
    told: list[tuple[Action, int, int]], sampled: int
) -> None:
    graph, left = graph_of(told), on(told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighborhood, "SAMPLED", sampled)
        for viewer in range(USERS):
            around = Neighborhood.of(graph, viewer)
            followees = followees_of(left, viewer)
            newest = followees[-sampled:]
            second = [one for who in newest for one in followees_of(left, who)[-sampled:]]
            away = [o for action, u, o in left if u == viewer and action in (MUTE, BLOCK)]
            blocked_by = {u for action, u, o in left if o == viewer and action == BLOCK}
            less = {o: at for (action, u, o), at in left.items() if (action, u) == (LESS, viewer)}
            assert around.following.tolist() == sorted(followees)
            assert sorted(around.sampled_followees.tolist()) == sorted(newest)
            assert around.followers.tolist() == sorted(
                u for action, u, o in left if (action, o) == (FOLLOW, viewer)
            )
            assert around.second_degree.tolist() == sorted(second)
            fans = [u for action, u, o in left if (action, o) == (FOLLOW, viewer)][-sampled:]
            theirs = [one for who in fans for one in followees_of(left, who)[-sampled:]]
            assert sorted(around.followed_by_followers.tolist()) == sorted(theirs)
            assert {*around.excluded_authors.tolist()} == {*away, *blocked_by}
            assert around.excluded_authors.tolist() == sorted(around.excluded_authors.tolist())
            assert around.see_fewer_authors.tolist() == sorted(less)
            assert around.see_fewer_since.tolist() == [less[one] for one in sorted(less)]


def followees_of(left: dict[tuple[Action, int, int], int], user: int) -> list[int]:
    """Whom a user follows, the newest last."""
    followed = {o: at for (action, u, o), at in left.items() if (action, u) == (FOLLOW, user)}
    return sorted(followed, key=followed.__getitem__)


@given(st.lists(st.integers(-1, 20), max_size=20), st.lists(st.integers(0, 20), unique=True))
def test_a_row_is_found_where_it_stands(rows: list[int], some: list[int]) -> None:
    stands = sorted(some)
    expected = [stands.index(row) if row in some else -1 for row in rows]
    row, sorted_rows = np.array(rows, np.int32), np.array(stands, np.int32)
    assert places_among(row, sorted_rows).tolist() == expected
    assert [place_among(one, sorted_rows) for one in row] == expected
    assert among(row, sorted_rows).tolist() == [place >= 0 for place in expected]
