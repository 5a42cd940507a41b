"""The application: `create_app()` needs no argument."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api import (
    access,
    admin,
    cards,
    catalog,
    catalog_writes,
    dropped,
    events,
    follow_recommendations,
    health,
    metrics,
    openapi,
    own_data,
    page,
    people,
    preview,
    problems,
    products,
    rehearsal,
    replay,
    sandbox,
    score,
    simulation,
    steering,
    timeline,
    transparency,
    why,
)
from app.api.body_limit import BodyLimit
from app.api.connections import Connections
from app.api.head import HeadAsGet
from app.api.lean_route import InFront, lean
from app.api.load_bound import LoadBound
from app.api.raw_path import RawPath
from app.api.root_path import RootPath
from app.observability import logs
from app.observability.metrics import Metrics
from app.observability.request import HEADER, Observed
from app.read_settings import read_settings
from app.serving.engine import Engine
from app.serving.service import Service
from app.serving.warm_up import warm_up
from app.settings import InvalidSettingError, Settings
from ml import memory, threads

if TYPE_CHECKING:
    from app.api.tokens import Tokens
    from app.observability.spans import Spans

NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}
SWITCH_SECONDS: Final = 0.0005  # for which an answer may wait for a thread that computes


def create_app(
    settings: Settings | None = None,
    engine: Engine | None = None,
    service: Service | None = None,
) -> FastAPI:
    """The application. It opens its service when it starts, unless one is given; an engine that is
    given is served without a log.

    Raises:
        InvalidSettingError: naming the variable, what it holds, and what was expected.
    """
    if service is None and engine is not None:
        service = Service(engine)
    settings = settings or (service.engine.settings if service else read_settings())
    counted, spans = Metrics(), tracing(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Service | Metrics | Connections]]:
        answering = service or start(settings)
        if not access.is_private(settings):  # examples name a user
            app.openapi_schema = openapi.with_examples(openapi.of(app, settings), answering.engine)
        await answering.start(counted)
        try:
            yield {
                "service": answering,
                "metrics": counted,
                "connections": Connections(settings),
            }
        finally:
            try:
                await answering.stop()
            finally:
                if spans is not None:
                    spans.close()

    app = FastAPIOffline(
        title="For You",
        summary="A ranked, safe, explained timeline for everybody.",
        version=version("foryou"),
        lifespan=lifespan,
        dependencies=[Depends(access.check_route)],
        responses=problems.documented(*problems.ANYWHERE),
        telemetry=NO_TELEMETRY,
        generate_unique_id_function=lambda route: route.name,  # in the document, as in the code
    )
    reading = (
        timeline,
        why,
        dropped,
        cards,
        people,
        preview,
        sandbox,
        rehearsal,
        replay,
        follow_recommendations,
        score,
        catalog,
        products,
        health,
        metrics,
        simulation,
    )
    for room in (*reading, steering, transparency, own_data, events, catalog_writes, admin, page):
        app.include_router(room.router)
    problems.install(app)
    # Each further one stands outside those before it.
    app.add_middleware(HeadAsGet)
    app.add_middleware(InFront, routes=lean(timeline.router), handlers=app.exception_handlers)
    app.add_middleware(access.Guard, settings=settings, tokens=verifier(settings))
    app.add_middleware(LoadBound, limit=settings.max_timelines)
    if settings.trusted_proxies:
        trusted = list(settings.trusted_proxies)
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=[HEADER],
        )
    app.add_middleware(Observed, metrics=counted, spans=spans)
    if settings.root_path:
        app.add_middleware(RootPath, root_path=settings.root_path)
    app.add_middleware(RawPath)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    # FastAPI's documented way to have another document; a function makes `app`, so there is no
    # class to derive from.
    app.openapi = lambda: app.openapi_schema or openapi.of(app, settings)  # type: ignore[method-assign]
    return app


def verifier(settings: Settings) -> Tokens | None:
    """What verifies bearer tokens; None where no key for them is set.

    Raises:
        InvalidSettingError: the key cannot be used.
    """
    if settings.token_secret is None and settings.token_jwks is None:
        return None
    from app.api.tokens import Tokens  # imports cryptography, which takes a while

    return Tokens.of(settings)


def tracing(settings: Settings) -> Spans | None:
    """What sends traces of requests to a collector; None where no collector is set.

    Raises:
        InvalidSettingError: what sends them is not installed.
    """
    if settings.otlp_endpoint is None:
        return None
    try:
        from app.observability.spans import Spans  # of an extra
    except ModuleNotFoundError as error:
        raise InvalidSettingError(
            f"FORYOU_OTLP_ENDPOINT needs the extra `otlp`, and {error.name} is not installed; run "
            f"pip install 'foryou[otlp]'"
        ) from error
    return Spans.to(str(settings.otlp_endpoint))


def prepare_process(settings: Settings) -> None:
    """Set this process up to do nothing but serve."""
    logs.install(settings.log_format, settings.log_level)
    threads.use_one()
    memory.collect_seldom()
    sys.setswitchinterval(SWITCH_SECONDS)


def start(settings: Settings) -> Service:
    """Open the service, ready to answer, in a process that does nothing else.

    Raises:
        FeedError: the artifacts are damaged, or do not agree with this code or this data.
        InvalidSettingError: a setting names something that does not exist.
    """
    prepare_process(settings)
    service = Service.open(settings)
    warm_up(settings, service.engine.bundle)
    gc.freeze()  # what lives as long as the process need not be walked through again and again
    return service
