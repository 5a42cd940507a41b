"""Drop from memory what is older than the retention."""

from __future__ import annotations

import numpy as np

from app.serving.engine import Engine
from ml.state.updates.retention import retain


def forget(engine: Engine) -> None:
    """Drop what is older than the retention, and all that refers to it by row."""
    s, state = engine.settings, engine.state
    kept = retain(state, engine.clock.now(), s.retention_hours, s.fresh_at_least)
    if kept.moved:
        engine.encoder.keep(state, kept.tweet)
        engine.hydrate.just_served.forget()
    state.touch(np.empty(0, np.int32))
