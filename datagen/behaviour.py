"""The simulation of the log: users open the app, examine impressions and act on some of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from datagen.behaviour_weights import ACTIONS
from datagen.follows import tie_strength
from datagen.log import Columns
from datagen.parameters import HOUR
from datagen.policy import Policy
from datagen.sessions import Sessions, draw_sessions
from datagen.users import Rows
from datagen.world import World
from ml.actions import ENGAGEMENTS, Action

SECONDS_PER_TWEET: Final = 8
SECONDS_TO_ACT: Final = 5
DISMISSALS: Final = (Action.NOT_INTERESTED, Action.MUTE, Action.BLOCK)
GENTLE: Final = (0.70, 0.20, 0.10)  # P(each dismissal) of a user who is bored
HOSTILE: Final = (0.30, 0.35, 0.35)  # P(each dismissal) of a user who is offended
OFFENCE: Final = 0.2  # aversion times harm from which a user is offended

Progress = Callable[[Sequence[int]], Iterable[int]]


def simulate(
    world: World, rng: np.random.Generator, progress: Progress
) -> tuple[World, list[Columns], list[Columns]]:
    """Simulate the log hour by hour: show, examine, act, remember.

    Returns:
        The world with the follows that were made, the impressions and the interactions.
    """
    parameters = world.parameters
    sessions = draw_sessions(parameters, world.users, rng)
    policy = Policy(world)
    shown: list[Columns] = []
    done: list[Columns] = []
    request = 1
    for hour in progress(range(parameters.start, parameters.until, HOUR)):
        visits = sessions.between(hour, hour + HOUR)
        if not len(visits):
            continue
        impressions = _show(policy, visits, request, rng)
        actions = _act(policy.world, impressions, rng)
        _remember(policy, actions, hour + HOUR, rng)
        shown.append(impressions)
        done.append(actions)
        request += len(visits)
    return policy.world, shown, done


def _show(policy: Policy, visits: Sessions, request: int, rng: np.random.Generator) -> Columns:
    slates = policy.show(visits, rng)
    return {
        "user": visits.user[slates.session],
        "tweet": slates.tweet,
        "author": policy.world.tweets.author[slates.tweet],
        "at": _impression_times(visits, slates.session, slates.position, rng),
        "position": slates.position,
        "propensity": slates.propensity,
        "request": request + slates.session.astype(np.int64),
    }


def _act(world: World, shown: Columns, rng: np.random.Generator) -> Columns:
    """Actions on the impressions that were examined, each drawn from its planted probability."""
    user, tweet = shown["user"], shown["tweet"]
    n = len(user)
    chance = world.probabilities(user, tweet, shown["at"])
    examined = rng.random(n) < world.examination(shown["position"])
    acts = {name: examined & (rng.random(n) < chance[name]) for name in ACTIONS}
    dismissal = _dismissal(world, user, tweet, rng)
    pieces = [(Action[name.upper()], acts[name]) for name in ACTIONS if name != "negative"]
    pieces += [(action, acts["negative"] & (dismissal == i)) for i, action in enumerate(DISMISSALS)]
    row = np.concatenate([np.flatnonzero(mask) for _, mask in pieces])
    counts = [np.count_nonzero(mask) for _, mask in pieces]
    return {
        "user": user[row],
        "tweet": tweet[row],
        "author": shown["author"][row],
        "action": np.repeat(np.array([int(action) for action, _ in pieces]), counts),
        "at": shown["at"][row] + 1 + rng.integers(SECONDS_TO_ACT, size=len(row)),
    }


def _impression_times(
    visits: Sessions, session: Rows, position: Rows, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The time of each impression, some seconds after the one above it; rows are sorted by session
    and position."""
    spent = np.cumsum(rng.integers(1, SECONDS_PER_TWEET + 1, len(session)))
    opened = np.flatnonzero(position == 0)
    visit = np.cumsum(position == 0) - 1
    return np.asarray(visits.started[session] + spent - spent[opened][visit])


def _dismissal(
    world: World, user: Rows, tweet: Rows, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Which of `DISMISSALS` a negative action would be: offended users block more often."""
    users, tweets = world.users, world.tweets
    offence = np.maximum(
        users.toxic_aversion[user] * tweets.toxic[tweet],
        users.nsfw_aversion[user] * tweets.nsfw[tweet],
    )
    reach = np.where((offence > OFFENCE)[:, None], np.cumsum(HOSTILE), np.cumsum(GENTLE))
    drawn = rng.random(len(user))
    return np.asarray((drawn[:, None] >= reach[:, :2]).sum(axis=1))


def _remember(policy: Policy, done: Columns, now: int, rng: np.random.Generator) -> None:
    """Update the policy and the follow graph with the actions; a block holds in both directions."""
    names = ("user", "tweet", "author", "action", "at")
    user, tweet, author, action, at = (done[name] for name in names)
    policy.finished.add(user, tweet)
    policy.learn(tweet[np.isin(action, ENGAGEMENTS)], now)
    muted, blocked, followed = (action == a for a in (Action.MUTE, Action.BLOCK, Action.FOLLOW))
    policy.avoided.add(user[muted | blocked], author[muted | blocked])
    policy.avoided.add(author[blocked], user[blocked])
    world, follower, followee = policy.world, user[followed], author[followed]
    graph = world.follow_graph
    strength = tie_strength(graph, follower, followee, world.users, rng)
    key = graph.keys(follower, followee)
    policy.world = replace(world, follow_graph=graph.joined_by(key, at[followed], strength))
