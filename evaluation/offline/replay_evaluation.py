"""Everybody is asked the same question at the same moment, and nobody knows what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.serving.clock import Clock
from app.serving.engine import Engine, assemble
from app.settings import Settings
from evaluation.offline.dataset import TEMPORAL, Dataset
from evaluation.offline.requests import Requests
from evaluation.policies.policy import Answer, Moment, Policy, Values
from evaluation.watch import Watch
from ml.arrays import Rows
from ml.bundle import Bundle
from ml.progress import progress
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.counted import engaged
from ml.state.tables.neighborhood import among
from ml.state.updates.last_reading import LastReading
from ml.training.replay import walk
from ml.training.visits import Choices

PLACES: Final = 20
SECOND: Final = 1  # the state is as of the very second of the visit


@dataclass(frozen=True, slots=True)
class ReplayEnvironment:
    """The state at the cut, all that serves on top of it, and the watch that both go by.

    The engine is the server's own; nothing here runs side effects.
    """

    dataset: Dataset
    state: FeatureState
    engine: Engine
    watch: Watch

    @classmethod
    def set(
        cls,
        dataset: Dataset,
        settings: Settings,
        bundle: Bundle,
        known: LastReading | None = None,
    ) -> ReplayEnvironment:
        """What serves at the cut; `known` is what came before, of a dataset `without_log`."""
        state, watch = dataset.state_at_the_cut(known), Watch(float(dataset.cut))
        engine = assemble(settings, state, bundle, Clock("frozen", watch))
        return cls(dataset, state, engine, watch)

    def moment(self, user: int, at: int) -> Moment:
        """This user asks now; what is known must be as of `at`."""
        self.watch.at = float(at)
        name = self.dataset.users.ids.id(user)
        return Moment.of(self.engine, name, PLACES, self.dataset.truth)


@dataclass(frozen=True, slots=True)
class Recommendations:
    """What a policy showed at every visit: each (visits, PLACES), -1 where a place stayed empty or
    nobody says who proposed it."""

    tweet: Rows
    source: NDArray[np.int8]  # position in `names`
    in_network: NDArray[np.bool_]  # by somebody whom the viewer follows
    names: list[str] = field(default_factory=list)

    @property
    def there(self) -> NDArray[np.bool_]:
        return self.tweet >= 0

    @classmethod
    def empty(cls, visits: int) -> Recommendations:
        shape = (visits, PLACES)
        return cls(np.full(shape, -1, np.int32), np.full(shape, -1, np.int8), np.zeros(shape, bool))

    def write(self, visit: int, answer: Answer, in_network: NDArray[np.bool_]) -> None:
        """Fill in one visit."""
        shown = len(answer.tweet)
        self.tweet[visit, :shown] = answer.tweet
        self.in_network[visit, :shown] = in_network
        for place, name in enumerate(answer.source or ()):
            if name not in self.names:
                self.names.append(name)
            self.source[visit, place] = self.names.index(name)


@dataclass(frozen=True, slots=True)
class Asked:
    """What all policies showed, and what is true of each visit for every policy."""

    visits: Requests
    slates: Mapping[str, Recommendations]
    relevant: tuple[NDArray[np.int64], Rows]  # pairs of a visit and a tweet engaged with later
    history: NDArray[np.int64]  # (visits,) engagements of the viewer so far
    fresh: NDArray[np.bool_]  # (tweets,) whether each was fresh at any visit
    followers: NDArray[np.int64]  # (users,) at the cut
    popularity: Values  # (tweets,) faded engagements at the cut


def ask(stage: ReplayEnvironment, visits: Requests, policies: Mapping[str, Policy]) -> Asked:
    """Walk the log past the cut and put every visit to every policy just before it happens."""
    dataset, state = stage.dataset, stage.state
    tweets = np.arange(len(dataset.tweets), dtype=np.int32)
    followers = state.graph.followers[: len(dataset.users)].astype(np.int64)
    popularity = engaged(state.tweet_counts.read(tweets, dataset.cut))
    slates = {name: Recommendations.empty(len(visits)) for name in policies}
    history = np.zeros(len(visits), np.int64)
    fresh = np.zeros(len(tweets), bool)
    wanted = Choices.of(dataset.held_out)
    relevant: list[Rows] = []
    for visit in in_time(stage, visits):
        moment = stage.moment(int(visits.user[visit]), int(visits.at[visit]))
        history[visit] = state.history.written[moment.query.viewer]
        fresh[moment.fresh] = True
        later = wanted.after(moment.query.viewer, moment.query.now)
        relevant.append(moment.admitted(later))
        for name, policy in policies.items():
            answer = policy.show(moment)
            follows = among(state.tweets.author[answer.tweet], moment.query.neighborhood.following)
            slates[name].write(visit, answer, follows)
    visit_of = np.repeat(np.arange(len(relevant)), [len(tweets) for tweets in relevant])
    pairs = visit_of, np.concatenate([*relevant, np.empty(0, np.int32)]).astype(np.int32)
    return Asked(visits, slates, pairs, history, fresh, followers, popularity)


def in_time(stage: ReplayEnvironment, visits: Requests) -> Iterator[int]:
    """Each visit once the state knows all that came before it, and nothing else."""
    dataset = stage.dataset
    after = dataset.held_out if dataset.protocol == TEMPORAL else Events.none()
    with progress(len(visits), "replay", "visits") as shown:
        for rows in walk(stage.state, after, visits.at, SECOND):
            for visit in rows:
                yield int(visit)
                shown.update()
