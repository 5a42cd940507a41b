"""GET /simulation: how the feed fared when it was last simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query

from app.api.dependencies import EngineInUse
from app.api.serializers import instant
from app.schemas.parameters import NoParameters
from app.schemas.simulation import SimulatedFigure, SimulatedPolicy, Simulation

SHOWN: Final = ("engagements_per_session", "negatives_per_1000", "return_rate")

router = APIRouter(tags=["operations"])


@router.get("/simulation")
async def simulation(_: Annotated[NoParameters, Query()], engine: EngineInUse) -> Simulation:
    """The last simulation, in which simulated people used this feed, and others for comparison.
    `foryou simulate` writes it among the artifacts; where it never ran there are no policies."""
    report: Path = engine.settings.artifacts / "report" / "simulation.json"
    written = orjson.loads(report.read_bytes()) if report.is_file() else {}
    if "ended_at" not in written:  # or it is from before reports had a date
        return Simulation(ended_at=None, bundle=None, people=None, days=None, policies=[])
    world = written["world"]
    return Simulation(
        ended_at=instant(written["ended_at"]),
        bundle=world["bundle"],
        people=world["users"],
        days=world["days"],
        policies=[_policy(name, by) for name, by in written["figures"].items()],
    )


def _policy(name: str, by: dict[str, Any]) -> SimulatedPolicy:
    shown = {
        one: SimulatedFigure(**{part: by[one][part] for part in ("value", "low", "high")})
        for one in SHOWN
    }
    return SimulatedPolicy(policy=name, **shown)
