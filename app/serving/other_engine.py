"""The engine as it was at another moment, or with another bundle; made by a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

from app.errors import InvalidRequestError
from app.serving.clock import MICROS, Clock
from app.serving.engine import Engine, assemble
from app.serving.overrides import Overrides
from app.serving.restore_state import BATCH_RECORDS, recall, remembered
from app.serving.served_bundle import load_bundle
from app.settings import Settings
from ml.bundle import Bundle
from ml.event_log.open_log import open_log
from ml.event_log.port import EventLog
from ml.event_log.record import Kind
from ml.state.feature_state import FeatureState
from ml.state.updates.apply_records import apply_records


class Asked(NamedTuple):
    """A preview that the engine in use cannot answer."""

    settings: Settings
    user_id: str
    request_id: str
    product: str
    limit: int
    overrides: Overrides
    explain: bool
    as_of: int | None  # unix seconds, in the view of the state
    shift: int  # of the state in use, seconds


def other_engine(asked: Asked) -> Engine:
    """The engine that is asked for.

    Raises:
        InvalidRequestError: the state of that moment cannot be rebuilt.
        FeedError: there is no such bundle, or it does not go with this data.
    """
    settings = asked.settings
    bundle = load_bundle(settings)
    with closing(open_log(settings.log_location)) as log:
        if asked.as_of is None:
            state = remembered(settings, bundle, log)
            clock = Clock.of(settings.clock, state, time.time)
        else:
            state = _state_at(settings, bundle, log, asked.as_of, asked.shift)
            clock = Clock("frozen", _standing(asked.as_of))
    return assemble(settings, state, bundle, clock)


def _standing(at: int) -> Callable[[], float]:
    return lambda: float(at)


def _state_at(
    settings: Settings, bundle: Bundle | None, log: EventLog, as_of: int, shift: int
) -> FeatureState:
    """What training left, and what was logged until then."""
    state = recall(settings.artifacts, settings.data_dir, bundle)
    if as_of < state.newest:
        earliest = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(state.newest))
        raise InvalidRequestError(
            f"as_of: the earliest moment that can be rebuilt is {earliest}, when the tables end"
        )
    last, after = (as_of - shift) * MICROS, 0
    while records := log.read(after, BATCH_RECORDS, with_pools=False):
        after = records[-1].offset
        due = [one for one in records if one.entry.at <= last or one.entry.kind == Kind.CLOCK]
        if due:
            apply_records(state, due)
    state.drop_served(as_of - int(settings.served_hours * 3600))
    return state
