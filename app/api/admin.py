"""POST /admin: change the bundle that is served."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query

from app.api.access import refusals
from app.api.dependencies import ServiceInUse
from app.api.problems import documented
from app.errors import ConflictError
from app.schemas.health import Serving
from app.schemas.parameters import NoBody, NoParameters
from ml import bundle
from ml.errors import BundleError

WITH_BODY: Final[dict[str, Any]] = {"requestBody": {"required": True}}
"""A client that sends no body sends no media type either, and is refused (see `access`)."""

router = APIRouter(tags=["operations"], responses=documented(*refusals, ConflictError))


@router.post("/admin/reload", openapi_extra=WITH_BODY)
async def reload(
    _: Annotated[NoParameters, Query()], service: ServiceInUse, body: NoBody | None = None
) -> Serving:
    """Serve with the bundle that `artifacts/current` or `FORYOU_BUNDLE` names. A bundle that is not
    fit to serve is refused, and the one in use stays. The service also reloads by itself soon after
    a training."""
    try:
        return Serving(model_version=await service.reload())
    except BundleError as error:
        raise ConflictError(str(error)) from error


@router.post("/admin/rollback", openapi_extra=WITH_BODY)
async def rollback(
    _: Annotated[NoParameters, Query()], service: ServiceInUse, body: NoBody | None = None
) -> Serving:
    """Make the bundle before this one the current one, and serve with it."""
    settings = service.engine.settings
    if settings.bundle is not None:
        raise ConflictError(
            f"FORYOU_BUNDLE={settings.bundle} says what is served; unset it to go back"
        )
    try:
        bundle.rollback(settings.artifacts)
        return Serving(model_version=await service.reload())
    except BundleError as error:
        raise ConflictError(str(error)) from error
