"""People open the app, look at what they are shown, and act on some of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.follows import tie_strength
from datagen.parameters import HOUR, instants
from datagen.policy import Policy
from datagen.sessions import Sessions, draw_sessions
from datagen.users import Rows
from datagen.world import ACTIONS, World
from ml.schema import ON_USERS, Action

SECONDS_PER_TWEET: Final = 8
SECONDS_TO_ACT: Final = 5
DISMISSALS: Final = (Action.NOT_INTERESTED, Action.MUTE, Action.BLOCK)
GENTLE: Final = (0.70, 0.20, 0.10)  # how a dismissal is worded by somebody merely bored
HOSTILE: Final = (0.30, 0.35, 0.35)  # and by somebody offended

Columns = dict[str, NDArray[Any]]
Progress = Callable[[Sequence[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Log:
    """The two tables that behaviour leaves, and the world with the ties that were made."""

    world: World
    impressions: pl.DataFrame
    interactions: pl.DataFrame


def live(world: World, rng: np.random.Generator, progress: Progress) -> Log:
    """Hour by hour: show, examine, act, remember."""
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
        impressions = _look(policy, visits, request, rng)
        actions = _act(policy.world, impressions, rng)
        _remember(policy, actions, rng)
        shown.append(impressions)
        done.append(actions)
        request += len(visits)
    return Log(policy.world, _impressions(world, shown), _interactions(world, done))


def _look(policy: Policy, visits: Sessions, request: int, rng: np.random.Generator) -> Columns:
    slates = policy.show(visits, rng)
    return {
        "user": visits.user[slates.session],
        "tweet": slates.tweet,
        "author": policy.world.tweets.author[slates.tweet],
        "at": _pace(visits, slates.session, slates.position, rng),
        "position": slates.position,
        "propensity": slates.propensity,
        "request": request + slates.session.astype(np.int64),
    }


def _act(world: World, shown: Columns, rng: np.random.Generator) -> Columns:
    """The planted chances, for those who look; every action is drawn on its own."""
    user, tweet = shown["user"], shown["tweet"]
    n = len(user)
    chance = world.probabilities(user, tweet, shown["at"])
    examined = rng.random(n) < world.examination(shown["position"])
    acts = {name: examined & (rng.random(n) < chance[name]) for name in ACTIONS}
    wording = _wording(world, user, tweet, rng)
    pieces = [(Action[name.upper()], acts[name]) for name in ACTIONS if name != "negative"]
    pieces += [(action, acts["negative"] & (wording == i)) for i, action in enumerate(DISMISSALS)]
    row = np.concatenate([np.flatnonzero(mask) for _, mask in pieces])
    counts = [np.count_nonzero(mask) for _, mask in pieces]
    return {
        "user": user[row],
        "tweet": tweet[row],
        "author": shown["author"][row],
        "action": np.repeat(np.array([int(action) for action, _ in pieces]), counts),
        "at": shown["at"][row] + 1 + rng.integers(SECONDS_TO_ACT, size=len(row)),
    }


def _pace(
    visits: Sessions, session: Rows, position: Rows, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Tweet after tweet, some seconds on each; rows come by session and position."""
    spent = np.cumsum(rng.integers(1, SECONDS_PER_TWEET + 1, len(session)))
    opened = np.flatnonzero(position == 0)
    visit = np.cumsum(position == 0) - 1
    return np.asarray(visits.started[session] + spent - spent[opened][visit])


def _wording(world: World, user: Rows, tweet: Rows, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which of `DISMISSALS` a dismissal would be: the offended block, the bored pass by."""
    users, tweets = world.users, world.tweets
    offence = np.maximum(
        users.toxic_aversion[user] * tweets.toxic[tweet],
        users.nsfw_aversion[user] * tweets.nsfw[tweet],
    )
    reach = np.where((offence > 0.2)[:, None], np.cumsum(HOSTILE), np.cumsum(GENTLE))
    drawn = rng.random(len(user))
    return np.asarray((drawn[:, None] >= reach[:, :2]).sum(axis=1))


def _remember(policy: Policy, done: Columns, rng: np.random.Generator) -> None:
    """What was acted on is done with; follows tie, and a block cuts both ways."""
    user, tweet, author, action, at = (
        done[name] for name in ("user", "tweet", "author", "action", "at")
    )
    policy.finished.add(user, tweet)
    policy.learn(tweet[action <= Action.REPLY], int(at.max(initial=0)))
    cut, block, new = (
        (action == Action.MUTE) | (action == Action.BLOCK),
        action == Action.BLOCK,
        action == Action.FOLLOW,
    )
    policy.avoided.add(user[cut], author[cut])
    policy.avoided.add(author[block], user[block])
    ties = policy.world.ties
    strength = tie_strength(ties.key, user[new], author[new], policy.world.users, rng)
    ties = ties.joined_by(ties.keys(user[new], author[new]), at[new], strength)
    policy.world = replace(policy.world, ties=ties)


def _impressions(world: World, batches: Sequence[Columns]) -> pl.DataFrame:
    """The impressions table in order of time."""
    rows = _stack(batches)
    return pl.DataFrame(
        {
            "user_id": world.users.user_id[rows["user"]],
            "tweet_id": world.tweets.tweet_id[rows["tweet"]],
            "created_at": instants(rows["at"]),
            "position": rows["position"],
            "propensity": rows["propensity"],
            "request_id": rows["request"],
        }
    )


def _interactions(world: World, batches: Sequence[Columns]) -> pl.DataFrame:
    """The interactions table in order of time; acts on people name both tweet and person."""
    rows = _stack(batches)
    label = np.array([action.label for action in Action])
    people = pl.lit(pl.Series(np.isin(rows["action"], ON_USERS)))
    return pl.DataFrame(
        {
            "user_id": world.users.user_id[rows["user"]],
            "action": label[rows["action"]],
            "tweet_id": world.tweets.tweet_id[rows["tweet"]],
            "target_user_id": world.users.user_id[rows["author"]],
            "created_at": instants(rows["at"]),
            "event_id": np.arange(1, len(rows["at"]) + 1),
        }
    ).with_columns(pl.when(people).then(pl.col("target_user_id")))


def _stack(batches: Sequence[Columns]) -> Columns:
    stacked = {name: np.concatenate([b[name] for b in batches]) for name in batches[0]}
    order = np.argsort(stacked["at"], kind="stable")
    return {name: column[order] for name, column in stacked.items()}
