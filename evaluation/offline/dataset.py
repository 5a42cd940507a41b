"""What happened, what of it was held out, and, where the world was planted, why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from evaluation.truth import Truth
from ml.bundle import Bundle
from ml.dataset import tables as tables_on_disk
from ml.dataset.tables import Tables
from ml.errors import DataError
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates import tables_to_events
from ml.state.updates.last_reading import LastReading

TEMPORAL: Final = "temporal"  # asked at a moment, judged by what came after it
SPLIT: Final = "split"  # judged by the rows that the data itself holds out, all else being known


@dataclass(frozen=True, slots=True)
class Dataset:
    """`events` is everything but the rows held out by a split; `held_out` is what nobody may read
    before the answers are in."""

    name: str
    tables: Tables
    users: Users
    tweets: Tweets
    events: Events
    held_out: Events
    cut: int
    protocol: str
    truth: Truth | None
    has_log: bool = True  # whether it still has what came before the cut

    def state_at_the_cut(self, known: LastReading | None = None) -> FeatureState:
        """What was known when the first held-out thing had not yet happened.

        Args:
            known: what that is, where this is `without_log`.
        """
        if known is None and not self.has_log:
            raise ValueError("the log was taken away; give it as `known`")
        state = FeatureState(self.users, self.tweets)
        if known is None:
            state.apply(self.known)
        else:
            known.apply_to(state)
        mutings = tables_to_events.mutings(self.tables, self.users)
        state.mute([one for one in mutings if self.protocol == SPLIT or one.at < self.cut])
        return state

    def without_log(self) -> Dataset:
        """The same without the events before the cut and the tables that are as large, where nobody
        asks for these again."""
        empty = {name: getattr(self.tables, name).clear() for name in ("follows", "impressions")}
        tables = replace(self.tables, **empty)
        return replace(self, tables=tables, events=Events.none(), has_log=False)

    @property
    def lasts(self) -> float:
        """Seconds from the cut to the last that was held out."""
        return float(self.held_out.at.max(initial=self.cut) - self.cut)

    @property
    def known(self) -> Events:
        """What had happened by then."""
        return self.events.before(self.cut) if self.protocol == TEMPORAL else self.events


def read(folder: Path, bundle: Bundle, cut: int | None = None) -> Dataset:
    """The tables in a folder, cut where the bundle's training cut them, or later.

    Raises:
        DataError: the tables are not what they should be, or hold nothing out.
    """
    return of_tables(tables_on_disk.read(folder), folder, bundle, cut)


def of_tables(tables: Tables, folder: Path, bundle: Bundle, cut: int | None = None) -> Dataset:
    """The same of tables that were read before, or changed since; the truth is in the folder.

    Raises:
        DataError: they hold nothing out.
    """
    users, tweets = tables_to_events.catalog(tables)
    events = tables_to_events.events(tables, users, tweets)
    cut = max(bundle.manifest.as_of, cut or bundle.manifest.as_of)
    if tables.has_split:
        held_out, protocol = tables_to_events.events(_test_rows(tables), users, tweets), SPLIT
        cut = max(cut, *(int(some.at.max(initial=cut)) for some in (events, held_out)))
        held_out = replace(held_out, at=np.full(len(held_out), cut))  # once all else is known
    elif tables.has_times:
        held_out, protocol = events[events.at >= cut], TEMPORAL
    else:
        raise DataError(
            f"{folder}: interactions have neither times nor a split column, so nothing can be held "
            f"out; give them created_at, or split (train or test)"
        )
    truth = Truth.read(folder / "truth", users, tweets)
    name = folder.resolve().name
    return Dataset(name, tables, users, tweets, events, held_out, cut, protocol, truth)


def _test_rows(tables: Tables) -> Tables:
    """Only what the data holds out for testing, as if it had happened."""
    no_split = pl.lit(None, pl.String).alias("split")
    test = tables.interactions.filter(pl.col("split") == "test").with_columns(no_split)
    nothing = {name: getattr(tables, name).clear() for name in ("follows", "impressions")}
    undated = tables.tweets.with_columns(pl.lit(None, pl.Int64).alias("created_at"))
    return replace(tables, tweets=undated, interactions=test, **nothing)
