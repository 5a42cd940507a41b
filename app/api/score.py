"""POST /score: the scores of given tweets for a user, served or not."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Response

from app.api import serializers
from app.api.dependencies import EngineInUse, RequestName
from app.api.problems import documented
from app.errors import UnreadableError, UnsupportedMediaError, WithheldError
from app.observability import request as observed
from app.pipeline.batch import CandidateBatch
from app.schemas.parameters import NoParameters
from app.schemas.score import ScoreRequest, ScoreResponse

router = APIRouter()


@router.post(
    "/score",
    tags=["feed"],
    responses=documented(UnreadableError, UnsupportedMediaError, WithheldError),
)
async def score(
    request: ScoreRequest,
    _: Annotated[NoParameters, Query()],
    engine: EngineInUse,
    request_id: RequestName,
    response: Response,
) -> ScoreResponse:
    """Each tweet by itself, in the order asked: no rank, and no regard to its neighbours."""
    tweets = engine.state.tweets
    known = {id_: row for id_ in request.tweet_ids if (row := tweets.ids.row(id_)) is not None}
    asked = [known[id_] for id_ in request.tweet_ids if id_ in known]
    rows = np.array(asked, np.int32)
    query = engine.hydrate.query(request.user_id, limit=len(rows))
    batch = CandidateBatch.of(rows, tweets.author[rows])
    scored = engine.products["for_you"].score(query, batch)
    observed.answers(scored.product.name, scored.trace)
    unknown = [id_ for id_ in dict.fromkeys(request.tweet_ids) if id_ not in known]
    response.headers["Cache-Control"] = "private, no-store"
    return serializers.score_response(engine, request.user_id, query, scored, unknown, request_id)
