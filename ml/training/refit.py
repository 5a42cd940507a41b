"""What serves is refitted on all that is known: only evidence must not have seen what it is about.

The ranker and the listwise stage are fitted on rows that the towers and communities at hand had not
seen. Afterwards these learn from the rest, too; the towers go on from where they are, in few
epochs, so that the space that the ranker knows stays.
"""

from __future__ import annotations

from ml.embeddings.communities import Communities
from ml.models.two_tower import TwoTower
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import communities, two_tower


def refit(
    tower: TwoTower,
    known: Events,
    users: Users,
    tweets: Tweets,
    half_life_hours: float | None,
    seed: int,
    has_times: bool,
) -> tuple[TwoTower, Communities | None]:
    """A tower that goes on from this one, and communities, of everything before the cut.

    Args:
        known: the log before the cut.
        half_life_hours: of engagements; None where they have no times.
    """
    state = FeatureState(users, tweets)
    if has_times:
        tower = two_tower.refit(tower, state, known, seed)
    else:
        state.apply(known)
        tower = two_tower.refit_at_once(tower, state, known, seed)
    return tower, communities.train(state, half_life_hours, seed)
