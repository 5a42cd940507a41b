"""Drop from memory what is older than the retention, and from the log what no cursor leads to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from app.serving.clock import MICROS
from app.serving.cursor import CURSOR_SECONDS
from app.serving.engine import Engine
from app.settings import Settings
from ml.embeddings.encoder import GrowingEncoder
from ml.event_log.port import EventLog
from ml.state.feature_state import FeatureState
from ml.state.updates.retention import Kept, retain

PAGES_AT_ONCE: Final = 500  # in one transaction, for which other writers wait
TRANSACTIONS: Final = 50  # in one go: some thousand pages per second


async def forget(in_use: Callable[[], Engine], paused: asyncio.Lock) -> None:
    """Drop what is older than the retention, and all that refers to it by row.

    A thread works on a copy, while requests read the original; the event loop only exchanges
    the two.

    Args:
        in_use: the engine that answers.
        paused: keeps the state still while it is held.
    """
    async with paused:
        engine = in_use()
        state, encoder, now = engine.state.aside(), engine.encoder.aside(), engine.clock.now()
        kept = await asyncio.to_thread(_forget, state, encoder, now, engine.settings)
        engine.state.adopt(state)
        engine.encoder.adopt(encoder)
        if kept.moved:
            engine.hydrate.just_served.renumber(kept.new)


def _forget(state: FeatureState, encoder: GrowingEncoder, now: int, settings: Settings) -> Kept:
    state.drop_served(now - int(settings.served_hours * 3600))
    kept = retain(state, now, settings.retention_hours, settings.fresh_at_least)
    if kept.moved:
        encoder.keep(state, kept.tweet)
    return kept


async def expire_pages(engine: Engine, log: EventLog) -> int:
    """Let go of the pools of pages whose cursors have expired, not too many in one go; returns the
    number of pages."""
    expired, before = 0, engine.clock.true_micros() - CURSOR_SECONDS * MICROS
    for _ in range(TRANSACTIONS):
        count = await asyncio.to_thread(log.expire_served, before, PAGES_AT_ONCE)
        expired += count
        if count < PAGES_AT_ONCE:
            break
    return expired
