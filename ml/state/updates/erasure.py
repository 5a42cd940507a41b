"""A user is erased: what they said and did is as if it had never been.

What others did stays theirs. How often a tweet was shown stays too, as a number that names nobody.
"""

from __future__ import annotations

import numpy as np

from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import NEVER
from ml.state.updates import tweet_lifecycle


def erase(state: FeatureState, user: int, at: int, tiebreak: int) -> None:
    """Erase all until then. What happened earlier and arrives later is not taken in any more;
    counts of the user's own that are later must not have arrived before."""
    state.users.erase(user, at, tiebreak)
    tweet_lifecycle.delete_of(state, user)
    said = state.engaged.forget(state.engagements.of(user), at, tiebreak)
    state.count_engagements(said)
    state.remember(said.touched)
    relations = state.graph.forget(user, at, tiebreak)
    state.count_relations(relations)
    state.tally.forget_actor(user)
    for met in (state.seen, state.served):
        row = met.lists.of(user)
        met.at[row[met.at[row] <= at]] = NEVER
    state.parked.forget(user, (at, tiebreak))
    followers = state.graph.relations.index.left[relations.touched]
    state.touch(np.append(followers, np.int32(user)))
