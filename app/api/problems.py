"""Every error is `application/problem+json`, and the OpenAPI document says so."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.errors import InvalidRequestError, ProblemError, WithheldError, of_status
from app.observability.request import HEADER
from app.pipeline.failures import FailedClosedError
from app.schemas import FieldProblem, Problem

MEDIA_TYPE: Final = "application/problem+json"
Documented = dict[int | str, dict[str, Any]]


def documented(*kinds: type[ProblemError]) -> Documented:
    """What an operation may answer besides what it promises."""
    return {kind.status: {"model": Problem, "description": kind.title} for kind in kinds}


def install(app: FastAPI) -> None:
    """Answer every exception that reaches the application."""

    @app.exception_handler(FailedClosedError)
    async def withheld(request: Request, error: FailedClosedError) -> Response:
        return _answer(request, WithheldError(f"{error}; the log says more"))

    @app.exception_handler(ProblemError)
    async def raised(request: Request, error: ProblemError) -> Response:
        return _answer(request, error, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            FieldProblem(where=".".join(map(str, one["loc"])), detail=one["msg"])
            for one in error.errors()
        ]
        count = f"{len(errors)} things are" if len(errors) > 1 else f"{errors[0].where} is"
        return _answer(request, InvalidRequestError(f"{count} not as expected"), errors=errors)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        problem = of_status(error.status_code, error.detail)
        return _answer(request, problem, headers=error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        request_id = getattr(request.state, "request_id", "unknown")
        problem = ProblemError(f"the log has the reason, at request {request_id}")
        return _answer(request, problem, headers={HEADER: request_id})  # outside all middleware


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """The same OpenAPI document, with errors under their media type."""
    for path in schema["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST and "content" in response:
                    (content,) = response["content"].values()
                    response["content"] = {MEDIA_TYPE: content}
    return schema


def _answer(
    request: Request,
    error: ProblemError,
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = Problem(
        type=f"urn:foryou:problem:{error.slug}",
        title=error.title,
        status=error.status,
        detail=error.detail,
        instance=request.url.path,
        errors=errors,
    )
    return Response(
        body.model_dump_json(exclude_none=True),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )
