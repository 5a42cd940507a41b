"""Build an engine for another bundle, around the state and clock that are in use."""

from __future__ import annotations

from dataclasses import replace

from app.serving.engine import Engine, assemble
from ml.bundle import load


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
