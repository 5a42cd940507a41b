"""Every error is `application/problem+json`, and the OpenAPI document says so."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app.errors import (
    InvalidRequestError,
    ProblemError,
    UnreadableError,
    UnsupportedMediaError,
    WithheldError,
    of_status,
)
from app.observability.request import HEADER
from app.pipeline.failures import FailedClosedError
from app.schemas.problem import FieldProblem, Problem
from app.schemas.values import ID_PATTERN, ID_WORDS

MEDIA_TYPE: Final = "application/problem+json"
SHOWN: Final = 60  # characters of what a stranger sent
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
        if (unreadable := _unreadable(request, error)) is not None:
            return _answer(request, unreadable)
        errors = [_field(one) for one in error.errors()]
        first, more = errors[0], f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        problem = InvalidRequestError(f"{first.where}: {first.detail}{more}")
        return _answer(request, problem, errors=errors)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        methods = _methods(app, request.url.path)
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and methods:
            error.headers = {"Allow": ", ".join(methods)}
        problem = of_status(error.status_code, _said(request, error))
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


def _methods(app: FastAPI, path: str) -> list[str]:
    """All that a path answers to; the framework knows of the first route alone."""
    return sorted(
        method.upper()
        for template, operations in app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in operations
    )


def _unreadable(request: Request, error: RequestValidationError) -> ProblemError | None:
    """What is wrong with a body before anything in it can be."""
    form = request.headers.get("content-type", "nothing")
    if isinstance(error.body, bytes) and error.body:  # which was not even taken for JSON
        return UnsupportedMediaError(f"expected application/json, got {form[:SHOWN]}")
    for one in error.errors():
        if one["type"] == "json_invalid":
            why, place = one["ctx"]["error"], one["loc"][-1]
            return UnreadableError(f"the body is not JSON: {why} at character {place}")
    return None


def _field(error: Mapping[str, Any]) -> FieldProblem:
    """Where, what was expected, and, if it is short, what came."""
    where = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return FieldProblem(where=where, detail="nothing here has this name; /docs says what does")
    given, detail = error.get("input"), str(error["msg"])
    if error.get("ctx", {}).get("pattern") == ID_PATTERN:
        detail = f"expected {ID_WORDS}"
    if isinstance(given, str | int | float):
        shown = repr(given)
        detail += f", not {shown if len(shown) <= SHOWN else shown[:SHOWN] + '…'}"
    return FieldProblem(where=where, detail=detail)


def _said(request: Request, error: HTTPException) -> str:
    """What the framework says, or more, where it only says the status again."""
    path = request.url.path[:SHOWN]
    if error.status_code == HTTPStatus.NOT_FOUND and error.detail == "Not Found":
        return f"nothing answers at {path}; /docs says what does"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "something else")
        return f"{path} answers to {allowed}, not to {request.method[:SHOWN]}"
    return error.detail


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
