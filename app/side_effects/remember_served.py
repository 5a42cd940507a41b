"""Write each served page to the event log, so that the feed remembers what it showed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.pipeline.placement import COST, RULE
from app.pipeline.served_page import ServedPage
from ml.event_log import bodies, packed_placements, packed_sources
from ml.event_log.record import Entry, Kind


class ServedLog(Protocol):
    """Where records of served pages go."""

    def remember(self, served: ServedPage, entry: Entry) -> None:
        """Queue the record; nobody waits for it to be written."""
        ...


@dataclass(frozen=True, slots=True)
class RememberServed:
    log: ServedLog
    settings: str  # the fingerprint of the settings in use
    impressions: bool  # a served tweet counts as an impression

    def run(self, served: ServedPage) -> None:
        entry = Entry(
            f"served/{served.page_id}",
            Kind.SERVED,
            served.at_micros,
            served.user_id,
            _body(served, self.settings, self.impressions),
        )
        self.log.remember(served, entry)


def _body(served: ServedPage, settings: str, impressions: bool) -> bodies.Served:
    """The body of the record. Users who are not known stay unknown: theirs is `offered`."""
    known, ids = served.query.viewer >= 0, tuple(served.tweet_ids)
    rule, cost = served.pool.columns_of((RULE, COST))
    return bodies.Served(
        user_id=served.user_id,
        shown=ids if known else (),
        request_id=served.request_id,
        product=served.product,
        served_by=served.served_by,
        offered=() if known else ids,
        start=served.start,
        bundle=served.model_version,
        settings=settings,
        impressions=impressions,
        pool=served.pool_ids,
        sources=packed_sources.packed(served.pool.sources),
        placements=b"" if rule is None or cost is None else packed_placements.packed(rule, cost),
    )
