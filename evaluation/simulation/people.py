"""People look from the top, act by the planted chances, and come back sooner or later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.behaviour import (
    DISMISSALS,
    GENTLE,
    HOSTILE,
    OFFENCE,
    SECONDS_PER_TWEET,
    SECONDS_TO_ACT,
)
from datagen.behaviour_weights import ACTIONS
from datagen.follows import tie_strength
from datagen.users import Floats
from datagen.world import World
from evaluation.simulation.common_random_numbers import Question, generator, uniform
from evaluation.truth import UNSAFE
from ml.actions import ENGAGEMENTS, ON_USERS, Action
from ml.arrays import Rows

PATIENCE: Final = 0.5  # what is left of a disappointment with every engagement
SHOCK: Final = 0.5  # what something toxic adds to it
DELAY: Final = 0.2  # a wholly disappointed visitor takes so much longer to return

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Looked:
    """One visit: a row per tweet that was shown, from the top."""

    user: int
    nth: int  # visit of this user
    started: int
    tweet: Rows
    at: NDArray[np.int64]  # when each came into view
    worth: NDArray[np.float64]  # P(engagement), had it been examined
    examined: Flags
    acts: dict[Action, Flags]

    @property
    def engaged(self) -> Flags:
        return np.asarray(np.any([self.acts[action] for action in ENGAGEMENTS], axis=0))

    @property
    def position(self) -> Rows:
        return np.arange(len(self.tweet), dtype=np.int32)

    @property
    def reported(self) -> Flags:
        return self.acts[Action.REPORT]

    @property
    def followed(self) -> Flags:
        return self.acts[Action.FOLLOW]

    @property
    def negative(self) -> Flags:
        return np.asarray(np.any([self.acts[action] for action in DISMISSALS], axis=0))


@dataclass(slots=True)
class People:
    """Everybody's hidden truth in one policy's copy of the world, where follows are made."""

    world: World
    seed: int

    def look(self, user: int, nth: int, started: int, tweet: Rows) -> Looked:
        """Somebody scrolls through a page and acts on some of it."""
        n, seed = len(tweet), self.seed
        place = np.arange(n)
        viewer = np.full(n, user, np.int32)
        steps = 1 + uniform(seed, Question.PACE, viewer, nth, place) * SECONDS_PER_TWEET
        steps[:1] = 0
        at = started + np.cumsum(steps.astype(np.int64))
        chance = self.world.probabilities(viewer, tweet, at)
        drawn = uniform(seed, Question.EXAMINED, viewer, nth, place)
        examined = drawn < self.world.examination(place.astype(np.int32))
        acts = {
            name: examined & (uniform(seed, Question.ACTED, viewer, tweet, column) < chance[name])
            for column, name in enumerate(ACTIONS)
        }
        dismissed, wording = acts.pop("negative"), self._wording(viewer, tweet)
        by_action = {Action[name.upper()]: flags for name, flags in acts.items()}
        by_action |= {act: dismissed & (wording == i) for i, act in enumerate(DISMISSALS)}
        looked = Looked(
            user, nth, started, tweet, at, chance["engagement"].astype(float), examined, by_action
        )
        self._tie(looked)
        return looked

    def hesitation(self, looked: Looked, action: Action) -> NDArray[np.int64]:
        """The seconds between seeing each tweet and that action."""
        drawn = uniform(self.seed, Question.HESITATION, looked.user, looked.tweet, int(action))
        return 1 + (drawn * SECONDS_TO_ACT).astype(np.int64)

    def disappointment(self, looked: Looked) -> float:
        """From 0 for a good visit to 1 for one with nothing in it, or worse."""
        toxic = self.world.tweets.toxic[looked.tweet] > UNSAFE
        shock = SHOCK if (toxic & looked.examined).any() else 0.0
        return float(min(PATIENCE ** int(looked.engaged.sum()) + shock, 1.0))

    def turn(self, taste: Floats) -> None:
        """They like other things from now on."""
        self.world = replace(self.world, users=replace(self.world.users, taste=taste))

    def _wording(self, user: Rows, tweet: Rows) -> NDArray[np.int64]:
        """Which of `DISMISSALS` a dismissal would be."""
        users, tweets = self.world.users, self.world.tweets
        offence = np.maximum(
            users.toxic_aversion[user] * tweets.toxic[tweet],
            users.nsfw_aversion[user] * tweets.nsfw[tweet],
        )
        reach = np.where((offence > OFFENCE)[:, None], np.cumsum(HOSTILE), np.cumsum(GENTLE))
        drawn = uniform(self.seed, Question.WORDING, user, tweet)
        return np.asarray((drawn[:, None] >= reach[:, :2]).sum(axis=1))

    def _tie(self, looked: Looked) -> None:
        """A follower is tied from then on."""
        at = looked.at + self.hesitation(looked, Action.FOLLOW)
        viewer = np.array([looked.user], np.int32)
        for row in np.flatnonzero(looked.followed).tolist():
            world, graph = self.world, self.world.follow_graph
            author = world.tweets.author[looked.tweet[row : row + 1]]
            key = graph.keys(viewer, author)
            if (graph.since_of(key) <= at[row]).any():  # by an earlier tweet of this page
                continue
            rng = generator(self.seed, Question.TIE, looked.user, int(author[0]))
            strength = tie_strength(graph, viewer, author, world.users, rng)
            graph = graph.joined_by(key, at[row : row + 1], strength)
            self.world = replace(world, follow_graph=graph)


def events_of(people: People, looked: Looked, request: str) -> list[tuple[int, dict[str, object]]]:
    """What the client tells of a visit, each with its time: what was seen, and what was done."""
    tweets, users = people.world.tweets, people.world.users
    timed: list[tuple[int, dict[str, object]]] = []
    who = str(users.user_id[looked.user])

    def tell(action: Action, row: int, at: int, **more: object) -> None:
        tweet = looked.tweet[row]
        body: dict[str, object] = {
            "event_id": f"{action.label}:{who}:{tweets.tweet_id[tweet]}",
            "action": action.label,
            "user_id": who,
            "tweet_id": str(tweets.tweet_id[tweet]),
            "created_at": at,
            **more,
        }
        if action in ON_USERS:
            body["target_user_id"] = str(users.user_id[tweets.author[tweet]])
        timed.append((at, body))

    for row, at in enumerate(looked.at.tolist()):
        tell(Action.IMPRESSION, row, at, request_id=request, position=row + 1)
    for action, acted in looked.acts.items():
        at = looked.at + people.hesitation(looked, action)
        for row in np.flatnonzero(acted).tolist():
            tell(action, row, int(at[row]))
    return timed
