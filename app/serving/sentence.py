"""A sentence, read for one person: what they asked for, and what they want from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from app.pipeline.product import Served
from app.pipeline.query import Query
from app.products.presets import PRESETS
from app.products.rules import RULES
from app.serving.engine import Engine
from app.serving.preferred_settings import products_for
from app.serving.steer import steering
from app.serving.steering_catalog import SteeringCatalog
from app.steering.checked import checked
from app.steering.port import Asked, Interpreter, Unclear
from ml.preferences import SETTING
from ml.state.tables.mutes import NO_END
from ml.state.tables.preferences import Preference

SETTINGS: Final = (*(f"preset:{name}" for name in PRESETS), *(f"rules:{name}" for name in RULES))
"""What a sentence may ask to use."""
FOR_YOU: Final = "for_you"


class Sentence(NamedTuple):
    asked: Sequence[Asked]
    unclear: Sequence[Unclear]
    replaced: Sequence[Preference]  # settings in place of which there is another
    preferences: Sequence[Preference]  # all that then hold, the oldest first


async def read(engine: Engine, interpreter: Interpreter, user_id: str, text: str) -> Sentence:
    """Read a sentence; a thread does, since it looks through all names and words."""
    now = engine.clock.now()
    settings = SETTINGS if engine.bundle is not None else ()
    catalog = SteeringCatalog(engine.state)

    def interpreted() -> tuple[Sequence[Asked], Sequence[Unclear]]:
        return checked(interpreter.read(text, now, catalog), now, catalog, settings)

    asked, unclear = await asyncio.to_thread(interpreted)
    held = held_by(engine, user_id)
    new = {(one.kind, one.name): _preference(one, now) for one in asked}
    fields = {_field(one.name) for one in asked if one.kind == SETTING}
    replaced = [
        one
        for one in held
        if one.kind == SETTING and _field(one.name) in fields and one[:2] not in new
    ]
    kept = [one for one in held if one[:2] not in new and one not in replaced]
    return Sentence(asked, unclear, replaced, [*kept, *new.values()])


def held_by(engine: Engine, user_id: str) -> list[Preference]:
    """What a person wants now, the oldest first."""
    viewer = engine.state.users.ids.row(user_id)
    return [] if viewer is None else engine.state.preferences.of(viewer, engine.clock.now())


class Effect(NamedTuple):
    """The first page of For You before and after."""

    query: Query
    before: Served
    after: Served


def effect(engine: Engine, user_id: str, preferences: Sequence[Preference], limit: int) -> Effect:
    """What becomes different with these preferences. Nothing remembers it.

    Raises:
        FailedClosedError: nobody knows what this viewer may see.
    """
    query = engine.hydrate.query(user_id, limit)
    wanted = steered(engine, query, preferences)
    before = products_for(engine, query)[FOR_YOU].run(query)
    return Effect(query, before, products_for(engine, wanted)[FOR_YOU].run(wanted))


def steered(engine: Engine, query: Query, preferences: Sequence[Preference]) -> Query:
    """The query with these preferences in place of those that hold."""
    return query._replace(steering=steering(engine.state, preferences))


def _preference(one: Asked, now: int) -> Preference:
    until = NO_END if one.expires_at is None else one.expires_at
    return Preference(one.kind, one.name, one.verb, now, until)


def _field(setting: str) -> str:
    return setting.partition(":")[0]
