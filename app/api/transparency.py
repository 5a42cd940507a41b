"""GET /transparency: how the feed is made; PUT /transparency/{user_id}: which one answers."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response

from app.api import log_entries, preferences
from app.api.access import refusals
from app.api.dependencies import EngineInUse, ServiceInUse
from app.api.problems import documented
from app.api.transparency_german import ABOUT, german
from app.api.transparency_text import CHANGE, PRODUCTS, RIGHTS, kept
from app.schemas.parameters import LanguageParameters, NoParameters
from app.schemas.transparency import (
    Choice,
    ChoiceRequest,
    EffectView,
    MainParameter,
    Measured,
    Transparency,
)
from app.schemas.values import UserId
from app.serving.chosen_product import chosen_product
from app.serving.engine import Engine
from app.serving.main_parameters import METRIC, main_parameters
from app.serving.sentence import held_by
from app.web.render import template
from ml.preferences import PRODUCT, USE
from ml.state.tables.mutes import NO_END
from ml.state.tables.preferences import Preference

SAFE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept, Accept-Language",
}
SETTLE_SECONDS: Final = 1.0

router = APIRouter(tags=["transparency"])
Nothing = Annotated[NoParameters, Query()]


@router.get("/transparency", response_model=Transparency)
async def transparency(
    request: Request, parameters: Annotated[LanguageParameters, Query()], engine: EngineInUse
) -> Response:
    """How the feed is made, what is kept of people and what they may do about it (DSA, Articles 27
    and 38): a page for browsers, in English or German; JSON for all others; `/transparency.json`
    is always JSON."""
    found = _transparency(engine)
    if "text/html" in request.headers.get("accept", ""):
        return Response(_page(found, parameters, request), media_type="text/html", headers=SAFE)
    return Response(found.model_dump_json(), media_type="application/json", headers=SAFE)


@router.get("/transparency.json")
async def transparency_json(_: Nothing, engine: EngineInUse) -> Transparency:
    """The same as JSON, whatever is accepted."""
    return _transparency(engine)


@router.get("/transparency/{user_id}")
async def choice(user_id: Annotated[UserId, Path()], _: Nothing, engine: EngineInUse) -> Choice:
    """Which feed answers this person where a request names none."""
    return Choice.model_validate({"user_id": user_id, "product": chosen_product(engine, user_id)})


@router.put("/transparency/{user_id}", responses=documented(*refusals))
async def choose(
    user_id: Annotated[UserId, Path()], request: ChoiceRequest, _: Nothing, service: ServiceInUse
) -> Choice:
    """Choose the feed that answers from now on; it is kept until another is chosen."""
    engine = service.engine
    clock, now = engine.clock, engine.clock.now()
    others = [
        one
        for one in held_by(engine, user_id)
        if one.kind == PRODUCT and one.name != request.product
    ]
    chosen = Preference(PRODUCT, request.product, USE, now, NO_END)
    entries = [preferences.revoking(clock, user_id, one) for one in others]
    entries.append(preferences.entry(clock, user_id, chosen))
    appended = await log_entries.append(service, entries)
    if service.tail is not None:
        await service.tail.reached(appended.offset, SETTLE_SECONDS)
    return Choice(user_id=user_id, product=request.product, offset=appended.offset)


def _page(found: Transparency, asked: LanguageParameters, request: Request) -> str:
    """As people read it."""
    preferred = request.headers.get("accept-language", "").lower().startswith("de")
    language = asked.language or ("de" if preferred else "en")
    is_german = language == "de"
    return template("transparency.html").render(
        page=found,
        language=language,
        say=german if is_german else str,
        about=lambda one: ABOUT.get(one.name, one.about) if is_german else one.about,
    )


def _transparency(engine: Engine) -> Transparency:
    parameters, is_measured = main_parameters(engine)
    return Transparency(
        bundle=engine.model_version,
        settings=engine.settings.fingerprint,
        parameters=[
            MainParameter(
                name=one.name,
                kind=one.kind,
                about=one.about,
                effect=None if one.effect is None else EffectView(**one.effect._asdict()),
            )
            for one in parameters
        ],
        measured=Measured(bundle=engine.model_version, metric=METRIC) if is_measured else None,
        change=CHANGE,
        products=PRODUCTS,
        kept=kept(engine.settings),
        rights=RIGHTS,
    )
