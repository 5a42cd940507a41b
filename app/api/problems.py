"""Error responses as `application/problem+json`, and their entries in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app.api.raw_path import as_sent, route_path
from app.errors import (
    InvalidRequestError,
    OverloadedError,
    ProblemError,
    RequestTimeoutError,
    TooLargeError,
    UnreadableError,
    UnsupportedMediaError,
    WithheldError,
    of_status,
)
from app.observability.request import HEADER
from app.pipeline.failures import FailedClosedError
from app.schemas.encodable import encodable
from app.schemas.objection import SHOWN, objection
from app.schemas.problem import FieldProblem, Problem

MEDIA_TYPE: Final = "application/problem+json"
Documented = dict[int | str, dict[str, Any]]

ANYWHERE: Final = (
    UnreadableError, InvalidRequestError, ProblemError, RequestTimeoutError, OverloadedError
)  # fmt: skip
"""The errors that any operation may answer."""


def documented(*kinds: type[ProblemError]) -> Documented:
    """The error responses of an operation, for its OpenAPI entry."""
    titles: dict[int | str, list[str]] = {}
    for kind in kinds:
        titles.setdefault(kind.status, []).append(kind.title)
    return {
        status: {"model": Problem, "description": ", or: ".join(dict.fromkeys(some))}
        for status, some in titles.items()
    }


def install(app: FastAPI) -> None:
    """Register a handler for every exception that reaches the application."""

    @app.exception_handler(FailedClosedError)
    async def withheld(request: Request, error: FailedClosedError) -> Response:
        return answer(request, WithheldError(f"{error}; the log says more"))

    @app.exception_handler(ProblemError)
    async def raised(request: Request, error: ProblemError) -> Response:
        return answer(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if (unreadable := _unreadable(request, error)) is not None:
            return answer(request, unreadable)
        errors = [_field(one, request) for one in error.errors()]
        first, more = errors[0], f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        problem = InvalidRequestError(f"{first.where}: {first.detail}{more}")
        return answer(request, problem, errors=errors)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            methods = _methods(app, request) or set((error.headers or {})["Allow"].split(", "))
            methods |= {"HEAD"} if "GET" in methods else set()
            error.headers = {"Allow": ", ".join(sorted(methods))}
        problem = of_status(error.status_code, _detail(request, error))
        return answer(request, problem, headers=error.headers)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        request_id = getattr(request.state, "request_id", "unknown")
        problem = ProblemError(f"the log has the reason, at request {request_id}")
        return answer(request, problem, headers={HEADER: request_id})  # outside all middleware


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, with error responses under their media type."""
    for path in schema["paths"].values():
        for operation in path.values():
            if "requestBody" in operation:
                too_large = {**operation["responses"]["500"], "description": TooLargeError.title}
                operation["responses"].setdefault(str(TooLargeError.status), too_large)
            for status, response in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST and "content" in response:
                    (content,) = response["content"].values()
                    response["content"] = {MEDIA_TYPE: content}
    return schema


def _methods(app: FastAPI, request: Request) -> set[str]:
    """All documented methods of a path; the framework reports only those of the first route."""
    path = route_path(request.scope)
    return {
        method.upper()
        for template, operations in app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in operations
    }


def _unreadable(request: Request, error: RequestValidationError) -> ProblemError | None:
    """The error of a body that is not JSON; None where the body could be parsed."""
    form = request.headers.get("content-type", "nothing")
    if isinstance(error.body, bytes) and error.body:  # its media type is not JSON
        return UnsupportedMediaError(f"expected application/json, got {form[:SHOWN]}")
    for one in error.errors():
        if one["type"] == "json_invalid":
            why, place = one["ctx"]["error"], one["loc"][-1]
            return UnreadableError(f"the body is not JSON: {why} at character {place}")
    return None


def _field(error: Mapping[str, Any], request: Request) -> FieldProblem:
    """The place of an invalid value, what was expected, and the value itself, shortened."""
    where = encodable(".".join(map(str, error["loc"])))
    if where == "body" and error["type"] == "model_attributes_type":
        return FieldProblem(where=where, detail=_misshapen(error.get("input"), request))
    return FieldProblem(where=where, detail=objection(error))


def _misshapen(body: object, request: Request) -> str:
    """What a body should have held that is no object."""
    field = getattr(request.scope.get("route"), "body_field", None)
    fields = getattr(field and field.field_info.annotation, "model_fields", {})
    names = ", ".join(f'"{name}": …' for name, one in fields.items() if one.is_required())
    kind = {list: "a list", str: "a text", bool: "true or false"}.get(type(body), "a number")
    return f"expected {{{names}}}, got {kind}"


def _detail(request: Request, error: HTTPException) -> str:
    """The detail of an HTTP error; a more helpful one where the framework only names the status."""
    path = as_sent(request.scope)[:SHOWN]
    if error.status_code == HTTPStatus.NOT_FOUND and error.detail == "Not Found":
        return f"nothing answers at {path}; /docs says what does"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "something else")
        return f"{path} answers to {allowed}, not to {request.method[:SHOWN]}"
    return error.detail


def answer(
    request: Request,
    error: ProblemError,
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The response of a problem; without `headers` it has those of its class."""
    return Response(
        _body(error, as_sent(request.scope), errors),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers=error.headers if headers is None else headers,
    )


def raw(error: ProblemError) -> bytes:
    """The response as bytes, for a connection on which no request could be read."""
    body = _body(error, "/")
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        HEADER: uuid4().hex,
        **error.headers,
    }
    lines = [f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _body(error: ProblemError, instance: str, errors: list[FieldProblem] | None = None) -> bytes:
    problem = Problem(
        type=f"urn:foryou:problem:{error.slug}",
        title=error.title,
        status=error.status,
        detail=encodable(error.detail),
        instance=instance,
        errors=errors,
    )
    return problem.model_dump_json(exclude_none=True).encode()
