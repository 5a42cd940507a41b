"""A user is erased: what they wrote and did is as if it had never been.

What others did stays theirs. How often a tweet was shown stays too, as a number that names nobody.
"""

from __future__ import annotations

from ml.state.feature_state import FeatureState
from ml.state.updates import tweet_lifecycle


def erase(state: FeatureState, user: int, at: int, tiebreak: int) -> None:
    """Erase all until then. What happened earlier and arrives later is not applied any more;
    counts of the user's own that are later must not have arrived before."""
    state.erase_profile(user, at, tiebreak)
    tweet_lifecycle.delete_of(state, user)
    state.erase_actions(user, at, tiebreak)
