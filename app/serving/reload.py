"""Build an engine for another bundle or another state, around the clock that is in use."""

from __future__ import annotations

from dataclasses import replace

from app.serving.engine import Engine, assemble
from app.serving.restore_state import remembered
from app.serving.served_bundle import load_bundle
from ml.bundle.disk import CURRENT
from ml.errors import BundleError
from ml.event_log.port import EventLog


def rebuild(engine: Engine) -> Engine:
    """The same state and clock with the current bundle, or with the one that the settings name.

    Raises:
        BundleError: it is not fit to serve, or there is none though one is in use.
    """
    bundle = load_bundle(engine.settings)
    if bundle is None and engine.bundle is not None:
        raise BundleError(
            f"{engine.settings.artifacts / CURRENT} is gone; restore it, or train again"
        )
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
