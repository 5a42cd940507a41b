"""A route that validates its parameters itself: it is documented, found and refused as any other of
FastAPI's, whose dependency solver would cost more than all the rest of the framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, get_type_hints

from fastapi import APIRouter, Request, Response, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.api import access
from app.api.raw_path import route_path


class LeanRoute(APIRoute):
    """Its endpoint takes `request`, parameters of the path, and at most one model of those of the
    query; each of them is `Annotated` with `Path()` or `Query()`. It returns a response.

    It answers GET, and all of its query may be left out. What handles its exceptions is what the
    application has.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.parameters = _parameters(endpoint)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await super().handle(scope, receive, send)  # which refuses it
            return
        request = Request(scope, receive)
        access.check(request)  # it is a dependency of every route, and none is solved here
        values = _values(request, self.parameters)
        response: Response = await self.endpoint(request=request, **values)
        await response(scope, receive, send)


class InFront(BaseRoute):
    """A lean route before all others: a router that includes it need not be searched for it."""

    def __init__(self, route: LeanRoute) -> None:
        self.route = route

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["method"] != "GET":
            return Match.NONE, {}
        found = self.route.path_regex.match(route_path(scope))
        if found is None:
            return Match.NONE, {}
        return Match.FULL, {"path_params": found.groupdict(), "route": self.route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.route.handle(scope, receive, send)


def in_front(router: APIRouter) -> list[BaseRoute]:
    """The lean routes of a router, to be put before all others."""
    return [InFront(route) for route in router.routes if isinstance(route, LeanRoute)]


class _Parameter(NamedTuple):
    name: str
    place: Literal["path", "query"]
    type: TypeAdapter[Any]
    absent: Any = None  # its value where the URL has no query


def _parameters(endpoint: Callable[..., Any]) -> list[_Parameter]:
    found = []
    for name, hint in get_type_hints(endpoint, include_extras=True).items():
        marks = getattr(hint, "__metadata__", ())
        if any(isinstance(mark, params.Path) for mark in marks):
            found.append(_Parameter(name, "path", TypeAdapter(hint)))
        elif any(isinstance(mark, params.Query) for mark in marks):
            model = TypeAdapter(hint)
            found.append(_Parameter(name, "query", model, model.validate_python({})))
    return found


def _values(request: Request, parameters: list[_Parameter]) -> dict[str, Any]:
    """The parameters of a request by name.

    Raises:
        RequestValidationError: with all that is wrong with them, in FastAPI's form.
    """
    values: dict[str, Any] = {}
    errors: list[ErrorDetails] = []
    for name, place, type_, absent in parameters:
        try:
            if place == "path":
                values[name] = type_.validate_python(request.scope["path_params"][name])
            elif request.scope["query_string"]:  # of a parameter that is given twice, the last
                values[name] = type_.validate_python(dict(request.query_params))
            else:
                values[name] = absent
        except ValidationError as error:
            at = (place, name) if place == "path" else (place,)
            errors += [{**one, "loc": (*at, *one["loc"])} for one in error.errors()]
    if errors:
        raise RequestValidationError(errors)
    return values
