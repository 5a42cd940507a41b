"""GET /livez and /readyz: whether the process runs, and the model and data it serves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.api.serializers import instant
from app.errors import FaultError, StoppingError
from app.schemas.health import Alive, Ready, Standing, Window
from app.schemas.parameters import NoParameters
from app.serving.engine import Engine

router = APIRouter(tags=["operations"])


@router.get("/livez")
async def livez(_: Annotated[NoParameters, Query()]) -> Alive:
    """The process answers."""
    return Alive()


@router.get("/readyz", responses=documented(FaultError, StoppingError))
async def readyz(_: Annotated[NoParameters, Query()], service: ServiceInUse) -> Ready:
    """The model and data that are served, their time, and the parts that are missing. It is
    `degraded` while a background loop fails; each goes on trying, so it recovers by itself. A
    process that is about to end says 503, and answers everything else until then."""
    if service.is_stopping:
        raise StoppingError("ask another process; this one answers until connections are refused")
    if service.fault is not None:
        raise FaultError(f"the state does not follow the event log: {service.fault}")
    engine = service.engine
    now = engine.clock.now()
    board = engine.bundle.leaderboard if engine.bundle else None
    return Ready(
        status="degraded" if service.degraded else "ready",
        degraded=service.degraded,
        writing="on" if service.is_writing else "off",
        stale_seconds=service.stale_seconds,
        clock=engine.clock.mode,
        as_of=instant(now),
        model_version=engine.model_version,
        ranker=type(engine.products["for_you"].mixer.scoring.ranker).__name__,
        missing=list(engine.missing),
        not_in_data=engine.bundle.manifest.missing if engine.bundle else [],
        leaderboard=[Standing(**one.model_dump()) for one in board.standings] if board else [],
        loses_to=board.lost_to if board else [],
        users=len(engine.state.users),
        tweets=len(engine.state.tweets),
        window=_window(engine, now),
    )


def _window(engine: Engine, now: int) -> Window:
    hours, at_least = engine.settings.max_age_hours, engine.settings.fresh_at_least
    oldest = engine.state.oldest_fresh(now, hours, at_least)
    return Window(
        max_age_hours=hours,
        oldest=instant(oldest),
        tweets=len(engine.state.fresh(now, hours, at_least)),
        widened=oldest < now - hours * 3600,
    )
