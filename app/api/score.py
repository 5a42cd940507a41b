"""POST /score: the scores of given tweets for a user, served or not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.api import serializers
from app.api.dependencies import EngineInUse, RequestName
from app.api.json_response import PrivateJson
from app.api.problems import documented
from app.api.readers import ReaderInUse
from app.errors import (
    ForbiddenError,
    UnauthorizedError,
    UnreadableError,
    UnsupportedMediaError,
    WithheldError,
)
from app.observability import request as observed
from app.schemas.parameters import NoParameters
from app.schemas.score import ScoreRequest, ScoreResponse
from app.serving.score_tweets import score_tweets

router = APIRouter()


@router.post(
    "/score",
    tags=["feed"],
    response_model=ScoreResponse,
    responses=documented(
        UnauthorizedError, ForbiddenError, UnreadableError, UnsupportedMediaError, WithheldError
    ),
)
async def score(
    request: ScoreRequest,
    _: Annotated[NoParameters, Query()],
    engine: EngineInUse,
    reader: ReaderInUse,
    request_id: RequestName,
) -> PrivateJson:
    """Each tweet by itself, in the order asked: no rank, and no regard to its neighbours. Only the
    read key and the user's own token learn of blocks, mutes and authors to see less of; for anybody
    else `eligible` and `score` are as if there were none."""
    reader.check(request.user_id)
    answer = score_tweets(
        engine, request.user_id, request.tweet_ids, relations=reader.knows(request.user_id)
    )
    observed.answers(answer.scored.product.name, answer.scored.trace)
    return PrivateJson(
        serializers.score_response(
            engine, request.user_id, answer.query, answer.scored, answer.unknown, request_id
        )
    )
