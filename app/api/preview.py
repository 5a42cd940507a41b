"""POST /timeline/{user_id}/preview: the user's timeline with other settings."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from app.api import log_entries, preferences, read_your_writes, serializers
from app.api.dependencies import RequestName, ServiceInUse
from app.api.differences import difference
from app.api.json_response import PrivateJson
from app.api.problems import documented
from app.errors import InvalidRequestError, UnreadableError, UnsupportedMediaError, WithheldError
from app.pipeline.batch import Rows
from app.schemas.parameters import MAX_TWEETS, AfterParameters
from app.schemas.preview import PreviewTimeline
from app.schemas.steering import MOST_CHARACTERS
from app.schemas.strict import Strict
from app.schemas.transparency import Product
from app.schemas.values import Instant, UserId
from app.serving import sentence
from app.serving.chosen_product import chosen_product
from app.serving.clock import MICROS
from app.serving.engine import Engine
from app.serving.other_engine import Asked
from app.serving.overrides import Overrides
from app.serving.preview import first_page, preview
from app.serving.service import Service
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

    bundle: Annotated[str | None, Field(pattern=r"^[0-9a-f]{8,64}$")] = None
    """The version of the models that rank, in place of those in use."""
    as_of: Instant | None = None
    """As of this moment: the state that was then, not only its clock."""


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
    overridden. Another `bundle`, or the state of another moment (`as_of`), is rebuilt by a process
    of its own, which takes some seconds; what is hidden now is not shown of it either."""
    await read_your_writes.reached(service, parameters.after_offset)
    engine = service.engine
    product = chosen_product(engine, user_id, request.product)
    if request.bundle is not None or request.as_of is not None:
        return PrivateJson(await _of_other(service, user_id, request, product, request_id))
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
        answer["difference"] = difference(
            *(_ids(engine, page.batch.tweet) for page in (served, previewed.in_use))
        )
    given = request.overrides.model_dump(exclude_none=True)
    answer["without_effect"] = [one._asdict() for one in without_effect(served.product, given)]
    if found is not None:
        keys = {(one.kind, one.name): one.part for one in found.asked}
        new = [one for one in found.preferences if one[:2] in keys]
        answer["understood"] = [one.model_dump() for one in preferences.views(engine, new, keys)]
        answer["not_understood"] = [one._asdict() for one in found.unclear]
    return PrivateJson(answer)


async def _of_other(
    service: Service, user_id: str, request: PreviewRequest, product: str, request_id: str
) -> dict[str, Any]:
    """A page as of another moment, or by another bundle."""
    engine = service.engine
    if service.log is None:
        raise InvalidRequestError("this service has no log, from which a state could be rebuilt")
    if request.sentence is not None:
        raise InvalidRequestError("sentence: it is read as of now, and not by another bundle")
    as_of = None if request.as_of is None else log_entries.micros(request.as_of) // MICROS
    if as_of is not None and as_of > engine.clock.now():
        raise InvalidRequestError("as_of: this moment lies in the future")
    in_use = None if engine.bundle is None else engine.bundle.version
    settings = engine.settings.model_copy(update={"bundle": request.bundle or in_use})
    asked = Asked(
        settings, user_id, request_id, product, request.limit, request.overrides,
        request.explain, as_of, engine.state.shift,
    )  # fmt: skip
    answer = await service.other_previews.ask(engine, asked)
    if request.compare:
        _, page = first_page(engine, user_id, product, request.limit)
        then = [item["tweet_id"] for item in answer["items"]]
        answer["difference"] = difference(then, _ids(engine, page.batch.tweet))
    return answer


def _ids(engine: Engine, rows: Rows) -> list[str]:
    return engine.state.tweets.ids.ids(rows)
