"""What serves is refitted on all that is known: only evidence must not have seen what it is about.

The ranker and the listwise stage are fitted on rows that the towers and communities at hand had not
seen. Afterwards these learn from the rest, too; the towers go on from where they are, in few
epochs, so that the space that the ranker knows stays.
"""

from __future__ import annotations

from dataclasses import dataclass

from ml.actions import Action
from ml.embeddings.als import Als
from ml.embeddings.communities import Communities
from ml.models.viewer_inputs import ViewerInputs
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.training import als, communities, exposure, two_tower


@dataclass(frozen=True, slots=True)
class RefitData:
    """Engagements of everything before the cut, each with its viewer as of just before; and
    communities, which nothing else is fitted on."""

    viewers: ViewerInputs
    positive: Events
    communities: Communities | None
    als: Als | None  # where exposure is not logged

    @classmethod
    def of(
        cls,
        known: Events,
        users: Users,
        tweets: Tweets,
        half_life_hours: float | None,
        seed: int,
        has_times: bool,
    ) -> RefitData:
        """What can be made ready before the towers are fitted.

        Args:
            known: the log before the cut.
            half_life_hours: of engagements; None where they have no times.
        """
        state, is_logged = FeatureState(users, tweets), exposure.is_logged(known)
        # Most of a log is what was shown, and of that only `als` reads anything.
        read = known.where(known.action != Action.IMPRESSION) if is_logged else known
        if has_times:
            viewers, positive = two_tower.refit_inputs(state, read, seed)
        else:
            state.apply(read)
            viewers, positive = two_tower.refit_inputs_at_once(state, read, seed)
        groups = communities.train(state, half_life_hours, seed)
        own = None if is_logged else als.train(state, int(known.at.max(initial=0)), seed)
        return cls(viewers, positive, groups, own)
