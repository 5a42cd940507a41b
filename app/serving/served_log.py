"""Where records of served pages go: to the log that a service has, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.served_page import ServedPage
from app.serving.just_served import JustServed
from app.serving.outcomes import Outcomes
from app.side_effects.remember_served import ServedLog
from ml.event_log.group_commit import GroupCommit
from ml.event_log.record import Entry
from ml.state.tables.served import request_key


@dataclass(frozen=True, slots=True)
class NullServedLog:
    """Without a log nothing is remembered."""

    def remember(self, served: ServedPage, entry: Entry) -> None:
        """Drop the record."""


@dataclass(frozen=True, slots=True)
class QueuedServedLog:
    """Known to the viewer's next request at once, and to the log a moment later."""

    just_served: JustServed
    outcomes: Outcomes
    group: GroupCommit

    def remember(self, served: ServedPage, entry: Entry) -> None:
        query = served.query
        key = request_key(served.user_id, served.request_id)
        self.just_served.answer(key, served.batch.tweet, query.now)
        if query.viewer >= 0:
            self.just_served.add(query.viewer, served.batch.tweet, query.now, served.source)
        self.outcomes.served(served)
        self.group.submit_quietly([entry])


class ConnectableServedLog:
    """What products write to. Products are built before the service that has the log, which
    connects it here; until then it is the null log."""

    def __init__(self) -> None:
        self.connect(NullServedLog())

    def connect(self, log: ServedLog) -> None:
        """Write to this log from now on."""
        self.remember = log.remember
