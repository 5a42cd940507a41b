"""What becomes of what is served: pages and actions, by the source of each tweet.

An action is counted by the process that served the tweet to its user, whichever process was sent
it: each reads the whole log.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.observability.metrics import Metrics
from app.pipeline.served_page import ServedPage
from app.serving.just_served import JustServed
from ml.actions import ONCE_PER_TWEET
from ml.event_log import bodies
from ml.event_log.record import Kind, Record
from ml.state.feature_state import FeatureState

COUNTED: Final = frozenset(action.label for action in ONCE_PER_TWEET)


class Outcomes:
    """Counts them, once it is connected to metrics."""

    def __init__(self) -> None:
        self._metrics: Metrics | None = None

    def connect(self, metrics: Metrics) -> None:
        """Count in these from now on."""
        self._metrics = metrics

    def served(self, page: ServedPage) -> None:
        """Count the tweets of a page."""
        if self._metrics is not None:
            self._metrics.served(page.source)

    def happened(
        self, state: FeatureState, just_served: JustServed, records: Sequence[Record]
    ) -> None:
        """Count the actions among some records on tweets that this process served lately."""
        if self._metrics is None:
            return
        users, tweets = state.users.ids, state.tweets.ids
        for record in records:
            entry = record.entry
            viewer = users.row(entry.user or "") if entry.kind == Kind.EVENT else None
            if viewer is None or not just_served.knows(viewer):
                continue
            event = bodies.read(entry)
            assert isinstance(event, bodies.Event)
            tweet = tweets.row(event.tweet_id or "")
            if tweet is None or event.action not in COUNTED:
                continue
            source = just_served.source(viewer, tweet)
            if source is not None:
                self._metrics.acted(event.action, source)
