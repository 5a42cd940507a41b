"""Preferences as JSON and as entries of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from app.api.log_entries import new_name
from app.api.serializers import instant
from app.schemas.steering import PreferenceView
from app.serving.clock import Clock
from app.serving.engine import Engine
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind
from ml.preferences import AUTHOR, FORM, PRODUCT, REVOKE, SETTING, SOURCE, WORD
from ml.state.tables.mutes import NO_END
from ml.state.tables.preferences import Preference

SOURCES: Final = {
    "InNetwork": "people you follow",
    "Strangers": "people you do not follow",
    "Graph": "what people you follow engaged with",
    "ItemItem": "what is like what you engaged with",
    "FollowRecs": "people you might follow",
    "Popular": "what is popular",
    "Explore": "topics that are new to you",
}


def views(
    engine: Engine, some: Iterable[Preference], part: Mapping[tuple[str, str], str] | None = None
) -> list[PreferenceView]:
    """Those that steer; `part` has what was part for each kind and name."""
    return [
        PreferenceView(
            id=f"{one.kind}:{one.name}",
            verb=cast(Any, one.verb),
            kind=cast(Any, one.kind),
            name=one.name,
            label=f"{one.verb} {_thing(engine, one)}",
            part=None if part is None else part[one.kind, one.name],
            expires_at=None if one.expires_at == NO_END else instant(one.expires_at),
        )
        for one in some
        if one.kind != PRODUCT
    ]


def entry(clock: Clock, user_id: str, wanted: Preference) -> Entry:
    """The entry of a preference, with its true times."""
    until = None if wanted.expires_at == NO_END else wanted.expires_at - clock.shift()
    body = bodies.Preference(user_id, wanted.kind, wanted.name, wanted.verb, until)
    at = clock.true_micros()
    return Entry(new_name(), Kind.PREFERENCE, at, user_id, body.to_json(), assigned=True)


def revoking(clock: Clock, user_id: str, held: Preference) -> Entry:
    """The entry that takes a preference back."""
    return entry(clock, user_id, held._replace(verb=REVOKE, expires_at=NO_END))


def _thing(engine: Engine, one: Preference) -> str:
    if one.kind == AUTHOR:
        row = engine.state.users.ids.row(one.name)
        name = engine.state.users.name[row] if row is not None else None
        return f"from @{one.name}" if name is None else f"from {name} (@{one.name})"
    if one.kind == SOURCE:
        return f"from: {SOURCES.get(one.name, one.name)}"
    if one.kind == WORD:
        return f'with the word "{one.name}"'
    if one.kind == SETTING:
        return one.name.replace(":", " ")
    return f"with {one.name}" if one.kind == FORM and one.name != "replies" else one.name
