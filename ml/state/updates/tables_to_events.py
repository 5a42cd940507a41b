"""Tables of ids become rows and events: the imported tables are the log's first segment."""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.actions import BY_LABEL, ON_TEXTS, UNDOES, Action
from ml.arrays import Rows, Times
from ml.dataset.tables import Tables
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.mutes import NO_END, Muting
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

TEXTS: Final = [action.label for action in ON_TEXTS]
UNDOING: Final = [action.label for action in UNDOES]
T = TypeVar("T", bound=np.generic)
SEED: Final = 7  # of the order of what has no times
NO_TIMES: Final = 0  # when no interaction has a time, everything happened at once, at this second


def catalog(tables: Tables) -> tuple[Users, Tweets]:
    """The rows of users and tweets."""
    users = Users.of(tables.users)
    return users, Tweets.of(tables.tweets, users)


def events(tables: Tables, users: Users, tweets: Tweets) -> Events:
    """Everything that the tables say happened, oldest first; rows held out by `split` left out.

    What has no time happened before everything that has one. Where nothing has a time, and nothing
    is undone, the order of the rows means nothing, so it is drawn: what is remembered of a long
    history is then not the end of a table.
    """
    first = _oldest(tables)
    known = np.flatnonzero((tweets.created_at > UNKNOWN_TIME) & (tweets.author >= 0))
    posts = _events(
        Action.POST,
        user=tweets.author[known],
        tweet=known.astype(np.int32),
        at=tweets.created_at[known],
    )
    follows = _events(
        Action.FOLLOW,
        user=users.ids.rows(tables.follows["follower_id"]),
        target=users.ids.rows(tables.follows["followee_id"]),
        at=_times(tables.follows, first),
    )
    shown = _kept(tables.impressions)
    impressions = _events(
        Action.IMPRESSION,
        user=users.ids.rows(shown["user_id"]),
        tweet=tweets.ids.rows(shown["tweet_id"]),
        at=_times(shown, first),
        position=shown["position"].cast(pl.Float32).fill_null(float("nan")).to_numpy(),
    )
    acted = _kept(tables.interactions).filter(~pl.col("action").is_in(TEXTS))
    if not tables.has_times and not acted["action"].is_in(UNDOING).any():
        acted = acted[np.random.default_rng(SEED).permutation(len(acted))]
    codes = {label: int(action) for label, action in BY_LABEL.items()}
    tweet = tweets.ids.rows(acted["tweet_id"])
    target = users.ids.rows(acted["target_user_id"])
    interactions = _events(
        acted["action"].replace_strict(codes, return_dtype=pl.Int8).to_numpy(),
        user=users.ids.rows(acted["user_id"]),
        tweet=tweet,
        target=np.where(target >= 0, target, np.where(tweet >= 0, tweets.author[tweet], -1)),
        at=_times(acted, first),
    )
    return Events.merge([posts, follows, impressions, interactions])


def mutings(tables: Tables, users: Users) -> list[Muting]:
    """Every word and domain that the tables say was muted or no longer, oldest first; what has no
    time at the beginning of time, whatever else is in the tables."""
    acted = _kept(tables.interactions).filter(pl.col("action").is_in(TEXTS))
    if acted.is_empty():
        return []
    acted = acted.with_columns(created_at=pl.col("created_at").fill_null(NO_TIMES)).sort(
        "created_at", maintain_order=True
    )
    columns = (acted[name].to_list() for name in ("created_at", "action", "text", "expires_at"))
    user = users.ids.rows(acted["user_id"]).tolist()
    return [
        Muting(at, place, int(BY_LABEL[action]), who, text, NO_END if end is None else end)
        for place, (who, at, action, text, end) in enumerate(zip(user, *columns, strict=True))
    ]


def state_of(tables: Tables) -> FeatureState:
    """The state of all that the tables say."""
    users, tweets = catalog(tables)
    state = FeatureState(users, tweets)
    state.apply(events(tables, users, tweets))
    state.mute(mutings(tables, users))
    return state


def _kept(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not held out; the frame itself where none is."""
    held_out = (frame["split"] == "test").fill_null(False)
    return frame.filter(~held_out) if held_out.any() else frame


def _oldest(tables: Tables) -> int:
    frames = (tables.tweets, tables.follows, tables.interactions, tables.impressions)
    oldest = [frame["created_at"].min() for frame in frames]
    known = [time for time in oldest if isinstance(time, int)]
    return min(known, default=NO_TIMES)


def _times(frame: pl.DataFrame, first: int) -> Times:
    return frame["created_at"].fill_null(first).to_numpy()


def _events(
    action: Action | NDArray[np.int8],
    *,
    user: Rows,
    at: Times,
    tweet: Rows | None = None,
    target: Rows | None = None,
    position: NDArray[np.float32] | None = None,
) -> Events:
    return Events(
        _all(np.int8(action), at) if isinstance(action, Action) else action,
        user,
        _all(np.int32(-1), at) if tweet is None else tweet,
        _all(np.int32(-1), at) if target is None else target,
        at,
        _all(np.float32(np.nan), at) if position is None else position,
        _all(np.uint64(0), at),  # set by the place in the order of all
    )


def _all(value: T, rows: Times) -> NDArray[T]:
    """The same value for all rows, which takes no memory."""
    return np.broadcast_to(value, len(rows))
