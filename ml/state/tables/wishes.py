"""What viewers ask of their feeds: words that they mute, and preferences."""

from __future__ import annotations

from collections.abc import Sequence

from ml.state.tables.evidence import Evidence
from ml.state.tables.mutes import Muting
from ml.state.tables.preferences import Preferences, Wish
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users


class Wishes(Evidence):
    """The verbs of `FeatureState` that say what viewers ask for. They change nobody's taste."""

    def __init__(self, users: Users, tweets: Tweets, false_positives: float) -> None:
        super().__init__(users, tweets, false_positives)
        self._preferences = Preferences()

    @property
    def preferences(self) -> Preferences:
        """What viewers want of their feeds."""
        return self._preferences

    def mute(self, mutings: Sequence[Muting]) -> None:
        """Apply what is about words and domains, in any order."""
        self._newest = max([self._newest, *(one.at for one in mutings)])
        self._mutes.apply(mutings, self._users)

    def prefer(self, wishes: Sequence[Wish]) -> None:
        """Apply what is wanted of feeds, in any order."""
        self._newest = max([self._newest, *(one.at for one in wishes)])
        self._preferences.apply(wishes, self._users)

    def forget_wishes(self, user: int, at: int, tiebreak: int) -> None:
        """Forget what a user asked for until then, and what others asked about them."""
        self._mutes.forget(user, at, tiebreak)
        self._preferences.forget(user, self._users.ids.id(user), at, tiebreak)
