"""GET /follow-recommendations/{user_id}: users to follow, with reasons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.api import read_your_writes, serializers
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.schemas.follow_recommendations import FollowRecommendations
from app.schemas.parameters import FollowParameters
from app.schemas.values import UserId

router = APIRouter()


@router.get(
    "/follow-recommendations/{user_id}",
    tags=["feed"],
    responses=documented(*read_your_writes.refusals),
)
async def follow_recommendations(
    user_id: Annotated[UserId, Path()],
    parameters: Annotated[FollowParameters, Query()],
    service: ServiceInUse,
    response: Response,
) -> FollowRecommendations:
    """The users that this user most likely wants to follow, best first; never one that they already
    follow, block or mute, or that blocks them."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    query = engine.hydrate.query(user_id, parameters.limit)
    recommended = engine.who_to_follow.recommend(query, parameters.limit)
    response.headers["Cache-Control"] = "private, no-store"
    return serializers.people(engine, query, recommended)
