"""Drop from memory what is older than the retention, and from the log what no cursor leads to."""

from __future__ import annotations

import asyncio
from typing import Final

import numpy as np

from app.serving.clock import MICROS
from app.serving.cursor import CURSOR_SECONDS
from app.serving.engine import Engine
from ml.event_log.port import EventLog
from ml.state.updates.retention import retain

PAGES_AT_ONCE: Final = 500  # in one transaction, for which other writers wait


def forget(engine: Engine) -> None:
    """Drop what is older than the retention, and all that refers to it by row."""
    s, state = engine.settings, engine.state
    state.drop_served(engine.clock.now() - int(s.served_hours * 3600))
    kept = retain(state, engine.clock.now(), s.retention_hours, s.fresh_at_least)
    if kept.moved:
        engine.encoder.keep(state, kept.tweet)
        engine.hydrate.just_served.forget()
    state.touch(np.empty(0, np.int32))


async def expire_pages(engine: Engine, log: EventLog) -> int:
    """Let go of the pools of pages whose cursors have expired; returns the number of pages."""
    expired, before = 0, engine.clock.true_micros() - CURSOR_SECONDS * MICROS
    while count := await asyncio.to_thread(log.expire_served, before, PAGES_AT_ONCE):
        expired += count
    return expired
