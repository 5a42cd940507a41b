"""POST /timeline/{user_id}/preview: the user's timeline with other settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api import preferences, read_your_writes, serializers
from app.api.dependencies import RequestName, ServiceInUse
from app.api.differences import difference
from app.api.json_response import PrivateJson
from app.api.problems import documented
from app.errors import UnreadableError, UnsupportedMediaError, WithheldError
from app.schemas.parameters import MAX_TWEETS, AfterParameters
from app.schemas.preview import PreviewTimeline
from app.schemas.steering import MOST_CHARACTERS
from app.schemas.strict import Strict
from app.schemas.transparency import Product
from app.schemas.values import UserId
from app.serving import sentence
from app.serving.chosen_product import chosen_product
from app.serving.overrides import Overrides
from app.serving.preview import preview
from app.serving.without_effect import without_effect

router = APIRouter()


class PreviewRequest(Strict):
    overrides: Overrides = Overrides()
    limit: Annotated[int, Field(ge=1, le=MAX_TWEETS)] = 10
    """How many tweets."""
    product: Product | None = None
    """Which feed; by default the one that this person chose."""
    explain: bool = False
    """Whether to add the trace: who did what, to how many rows, in what time."""
    compare: bool = False
    """Whether to say how the page differs from the one that would be served."""
    sentence: Annotated[str | None, Field(min_length=1, max_length=MOST_CHARACTERS)] = None
    """What is wanted, as `POST /steering/{user_id}` reads it, beside what is wanted already."""


@router.post(
    "/timeline/{user_id}/preview",
    tags=["feed"],
    response_model=PreviewTimeline,
    responses=documented(
        UnreadableError, UnsupportedMediaError, WithheldError, *read_your_writes.refusals
    ),
)
async def preview_timeline(
    user_id: Annotated[UserId, Path()],
    request: PreviewRequest,
    parameters: Annotated[AfterParameters, Query()],
    service: ServiceInUse,
    request_id: RequestName,
) -> PrivateJson:
    """The first page of this user's timeline with other settings, for this request alone. Nothing
    is logged, nothing counts as served, and what a rule hides stays hidden whatever is
    overridden."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    product = chosen_product(engine, user_id, request.product)
    found = None
    if request.sentence is not None:
        found = await sentence.read(engine, service.interpreter, user_id, request.sentence)
    previewed = preview(
        engine,
        user_id,
        request.overrides,
        product,
        request.limit,
        request.compare,
        found and found.preferences,
    )
    served = previewed.served
    answer = serializers.timeline(engine, user_id, previewed.query, served, request_id, product)
    if request.explain:
        answer["trace"] = serializers.trace(served)
        serializers.add_evidence(answer["items"], served.batch)
    if previewed.in_use is not None:
        answer["difference"] = difference(engine, served, previewed.in_use)
    given = request.overrides.model_dump(exclude_none=True)
    answer["without_effect"] = [one._asdict() for one in without_effect(served.product, given)]
    if found is not None:
        keys = {(one.kind, one.name): one.part for one in found.asked}
        new = [one for one in found.preferences if one[:2] in keys]
        answer["understood"] = [one.model_dump() for one in preferences.views(engine, new, keys)]
        answer["not_understood"] = [one._asdict() for one in found.unclear]
    return PrivateJson(answer)
