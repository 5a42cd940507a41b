"""Build an engine for another bundle or another state, around the clock that is in use."""

from __future__ import annotations

from dataclasses import replace

from app.serving.engine import Engine, assemble
from app.serving.restore_state import remembered
from ml.bundle import load
from ml.event_log.port import EventLog


def rebuild(engine: Engine) -> Engine:
    """The same state and clock with the current bundle, or with the one that the settings name.

    Raises:
        BundleError: it is not fit to serve.
    """
    bundle = load(engine.settings.artifacts, engine.settings.bundle)
    built = assemble(
        engine.settings, engine.state, bundle, engine.clock, served_log=engine.served_log
    )
    hydrate = replace(built.hydrate, just_served=engine.hydrate.just_served)
    return replace(built, hydrate=hydrate)


def restored(engine: Engine, log: EventLog) -> Engine:
    """The same bundle and clock with a state that is made anew from the log."""
    state = remembered(engine.settings, engine.bundle, log)
    return assemble(
        engine.settings, state, engine.bundle, engine.clock, served_log=engine.served_log
    )
