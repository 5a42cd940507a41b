"""The dependencies that endpoints declare: service, engine, metrics and request id."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from app.observability.metrics import Metrics
from app.serving.engine import Engine
from app.serving.service import Service


def service_in_use(request: Request) -> Service:
    """The service, for an endpoint of a `LeanRoute`."""
    service: Service = request.scope["state"]["service"]
    return service


def request_name(request: Request) -> str:
    """The id of the request, for an endpoint of a `LeanRoute`."""
    name: str = request.scope["state"]["request_id"]
    return name


async def get_service(request: Request) -> Service:
    """The service; asynchronous, because FastAPI runs synchronous dependencies in a thread."""
    return service_in_use(request)


async def get_engine(request: Request) -> Engine:
    """The engine in use; a reload replaces it between requests."""
    return service_in_use(request).engine


async def get_metrics(request: Request) -> Metrics:
    return cast(Metrics, request.scope["state"]["metrics"])


async def get_request_id(request: Request) -> str:
    return request_name(request)


ServiceInUse = Annotated[Service, Depends(get_service)]
EngineInUse = Annotated[Engine, Depends(get_engine)]
MetricsInUse = Annotated[Metrics, Depends(get_metrics)]
RequestName = Annotated[str, Depends(get_request_id)]
