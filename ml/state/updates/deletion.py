"""What deleting a tweet or erasing a user does to the state.

Of an erased user, what they wrote and did is as if it had never been. What others did stays
theirs. How often a tweet was shown stays too, as a number that names nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ml.arrays import Rows
from ml.state.feature_state import FeatureState


def delete_tweets(state: FeatureState, ids: Sequence[str]) -> Rows:
    """Delete tweets; one that is not here yet will be deleted when it comes. The authors of those
    that were here."""
    row = state.tweets.ids.known(ids)
    state.delete_on_arrival(
        id_ for id_, known in zip(ids, (row >= 0).tolist(), strict=True) if not known
    )
    state.delete_tweets(row[row >= 0])
    author = state.tweets.author[row[row >= 0]]
    return author[author >= 0]


def delete_of_the_erased(state: FeatureState, row: Rows) -> None:
    """Of these tweets, delete those whose author was erased after they wrote them."""
    tweets = state.tweets
    gone = state.users.erased(tweets.author[row], tweets.first_at[row], tweets.first_tiebreak[row])
    state.delete_tweets(row[gone & ~tweets.deleted[row]])


def erase_user(state: FeatureState, user: int, at: int, tiebreak: int) -> None:
    """Erase all until then. What happened earlier and arrives later is not applied any more;
    counts of the user's own that are later must not have arrived before."""
    state.erase_profile(user, at, tiebreak)
    delete_of_the_erased(state, np.flatnonzero(state.tweets.author == user).astype(np.int32))
    state.erase_actions(user, at, tiebreak)
