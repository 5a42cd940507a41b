"""A route that validates its parameters itself: it is documented, found and refused as any other of
FastAPI's, whose dependency solver would cost more than all the rest of the framework."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Literal, NamedTuple, get_type_hints

from fastapi import Request, Response, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from app.api.access import check_route


class LeanRoute(APIRoute):
    """Its endpoint takes `request`, parameters of the path, and at most one model of those of the
    query; each of them is `Annotated` with `Path()` or `Query()`. It returns a response."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint, parameters = self.endpoint, _parameters(self.endpoint)

        async def handle(request: Request) -> Response:
            await check_route(request)  # it is a dependency of every route, and none is solved here
            response: Response = await endpoint(request=request, **_values(request, parameters))
            return response

        return handle


class _Parameter(NamedTuple):
    name: str
    place: Literal["path", "query"]
    type: TypeAdapter[Any]


def _parameters(endpoint: Callable[..., Any]) -> list[_Parameter]:
    found = []
    for name, hint in get_type_hints(endpoint, include_extras=True).items():
        marks = getattr(hint, "__metadata__", ())
        if any(isinstance(mark, params.Path) for mark in marks):
            found.append(_Parameter(name, "path", TypeAdapter(hint)))
        elif any(isinstance(mark, params.Query) for mark in marks):
            found.append(_Parameter(name, "query", TypeAdapter(hint)))
    return found


def _values(request: Request, parameters: list[_Parameter]) -> dict[str, Any]:
    """The parameters of a request by name.

    Raises:
        RequestValidationError: with all that is wrong with them, in FastAPI's form.
    """
    values: dict[str, Any] = {}
    errors: list[ErrorDetails] = []
    for name, place, type_ in parameters:
        try:
            values[name] = type_.validate_python(
                request.path_params[name] if place == "path" else _query(request)
            )
        except ValidationError as error:
            at = (place, name) if place == "path" else (place,)
            errors += [{**one, "loc": (*at, *one["loc"])} for one in error.errors()]
    if errors:
        raise RequestValidationError(errors)
    return values


def _query(request: Request) -> dict[str, str]:
    """The parameters in the URL; of those given twice, the last."""
    return dict(request.query_params) if request.scope["query_string"] else {}
