"""The probe of a bundle: a small log with the features and scores that training computed.

Serving replays it through its own code. If a feature was changed since, or a library computes
otherwise, the numbers differ, and serving refuses to start rather than serve a different feed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.arrays import Rows, Times
from ml.bundle.bundle import Models
from ml.dataset.coercion import dtype
from ml.dataset.ids import IdKind
from ml.embeddings.item_item import ItemItem
from ml.errors import BundleError
from ml.evidence.columns import NAMES as EVIDENCE
from ml.evidence.columns import Evidence
from ml.features import NAMES, Pairs, matrix
from ml.models.heavy_ranker import OUTPUTS
from ml.schema import TWEETS, USERS, Table
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.storage import array_file
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users

EVENTS: Final = 500
PAIRS: Final = 32
TOLERANCE: Final = 1e-5
COLUMNS: Final = tuple(f.name for f in fields(Events) if f.name != "weight")  # read anew


@dataclass(frozen=True, slots=True)
class Probe:
    """A world of a few users and tweets, small enough to travel with the models."""

    users: pl.DataFrame
    tweets: pl.DataFrame
    events: Events
    viewer: Rows
    tweet: Rows
    at: Times

    @classmethod
    def cut_from(
        cls,
        users: pl.DataFrame,
        tweets: pl.DataFrame,
        author: Rows,
        events: Events,
        viewer: Rows,
        tweet: Rows,
        at: Times,
    ) -> Probe:
        """The given pairs, and the newest events that touch them.

        Args:
            author: (tweets,) who wrote each.
        """
        people = np.unique(np.concatenate([viewer, author[tweet]]))
        touched = np.isin(events.user, people) & (
            np.isin(events.target, people) | np.isin(author[events.tweet], people)
        )
        kept = events[np.flatnonzero(touched)[-EVENTS:]]
        tweet_rows = _present(np.concatenate([tweet, kept.tweet]))
        user_rows = _present(np.concatenate([viewer, author[tweet_rows], kept.user, kept.target]))
        small = Events(
            kept.action,
            _within(user_rows, kept.user),
            _within(tweet_rows, kept.tweet),
            _within(user_rows, kept.target),
            kept.at,
            kept.position,
            kept.tiebreak,
        )
        return cls(
            users[user_rows.tolist()],
            tweets[tweet_rows.tolist()],
            small,
            _within(user_rows, viewer),
            _within(tweet_rows, tweet),
            at,
        )

    def replay(self, models: Models) -> dict[str, NDArray[np.float32]]:
        """Features (pairs, features), scores (pairs, outputs), and evidence (pairs, columns) where
        the models have a listwise stage; by the code at hand."""
        users = Users.of(self.users)
        state = FeatureState(users, Tweets.of(self.tweets, users))
        state.apply(self.events)
        encoder = models.encode(state)
        x = Pairs(state, encoder, self.viewer, self.tweet, self.at)
        found = {"features": matrix(x), "scores": models.probabilities(x)}
        if models.listwise is not None:
            evidence = Evidence.of(state, models.listwise)
            found["evidence"] = np.concatenate(
                [
                    _evidence_of_one(
                        evidence,
                        Pairs(state, encoder, self.viewer[[i]], self.tweet[[i]], self.at[[i]]),
                        found["features"][[i]],
                    )
                    for i in range(len(self.at))
                ]
            )
        return found


def _evidence_of_one(
    evidence: Evidence, pair: Pairs, features: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(1, columns) the evidence for one pair, as if its heads were average."""
    item_item = ItemItem.of(pair.state, int(pair.viewer[0]))
    return evidence.columns(pair, item_item, features, np.ones(1), np.full(1, 0.5))


def save(probe: Probe, models: Models, directory: Path) -> None:
    """Write the miniature log and what the models say of it now."""
    found = probe.replay(models)
    probe.users.write_parquet(directory / "probe_users.parquet")
    probe.tweets.write_parquet(directory / "probe_tweets.parquet")
    arrays = {f"event_{name}": getattr(probe.events, name) for name in COLUMNS}
    arrays |= {"viewer": probe.viewer, "tweet": probe.tweet, "at": probe.at}
    array_file.save(directory / "probe.safetensors", arrays | found)


def verify(models: Models, directory: Path) -> None:
    """Replay the probe of a bundle.

    Raises:
        BundleError: naming the first feature or head whose numbers differ.
    """
    arrays = array_file.load(directory / "probe.safetensors")
    probe = Probe(
        _whole(USERS, pl.read_parquet(directory / "probe_users.parquet")),
        _whole(TWEETS, pl.read_parquet(directory / "probe_tweets.parquet")),
        Events(*(arrays[f"event_{name}"] for name in COLUMNS)),
        arrays["viewer"],
        arrays["tweet"],
        arrays["at"],
    )
    found = probe.replay(models)
    _compare("feature", NAMES, arrays["features"], found["features"], directory)
    _compare("head", OUTPUTS, arrays["scores"], found["scores"], directory)
    if models.listwise is not None:
        _compare("evidence", EVIDENCE, arrays["evidence"], found["evidence"], directory)


def _whole(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """All declared columns; those that were declared after the bundle was made are null."""
    absent = [field for field in table.fields if field.name not in frame.columns]
    nulls = (pl.lit(None, dtype(field, IdKind.TEXT)).alias(field.name) for field in absent)
    return frame.with_columns(nulls)


def _compare(
    what: str,
    names: tuple[str, ...],
    then: NDArray[np.float32],
    now: NDArray[np.float32],
    directory: Path,
) -> None:
    off = ~np.isclose(now, then, rtol=TOLERANCE, atol=TOLERANCE).all(axis=0)
    if off.any():
        column = int(np.argmax(off))
        row = int(np.argmax(np.abs(now[:, column] - then[:, column])))
        raise BundleError(
            f"bundle {directory.name}: {what} {names[column]!r} is {now[row, column]:.6g} here and "
            f"was {then[row, column]:.6g} in training; retrain, or run the code that made it"
        )


def _present(rows: Rows) -> Rows:
    return np.unique(rows[rows >= 0])


def _within(rows: Rows, row: Rows) -> Rows:
    """Positions in the sorted `rows`; -1 stays -1."""
    return np.where(row >= 0, np.searchsorted(rows, row), -1).astype(np.int32)
