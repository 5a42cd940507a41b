"""How fast this data ages: from how old tweets are when people engage with them."""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.actions import ENGAGEMENTS
from ml.bundle.manifest import TimeScales
from ml.state.events import Events
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.tweets import Tweets

FEWEST: Final = 50  # ages that say something
NEARLY_ALL: Final = 0.99
ROOM: Final = 3  # times the age by which nearly all have engaged: what the old feed no longer
# showed nobody could engage with
LEAST_WINDOW_HOURS: Final = 24.0
LEAST_HALF_LIFE_HOURS: Final = 1.0


def time_scales(events: Events, tweets: Tweets) -> TimeScales:
    """The window and the half-life of these engagements; no limits where ages are not known."""
    did = events[np.isin(events.action, ENGAGEMENTS) & (events.tweet >= 0)]
    written = tweets.created_at[did.tweet]
    age_hours = (did.at - written)[(written != UNKNOWN_TIME) & (did.at >= written)] / 3600
    if len(age_hours) < FEWEST:
        return TimeScales(window_hours=None, half_life_hours=None)
    oldest = float(np.quantile(age_hours, NEARLY_ALL))
    return TimeScales(
        window_hours=max(ROOM * oldest, LEAST_WINDOW_HOURS),
        half_life_hours=max(float(np.median(age_hours)), LEAST_HALF_LIFE_HOURS),
    )
