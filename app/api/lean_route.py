"""A route that validates its parameters itself: it is documented, found and refused as any other of
FastAPI's, whose dependency solver would cost more than all the rest of the framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, Literal, NamedTuple, get_type_hints

from fastapi import APIRouter, Request, Response, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api import access
from app.api.raw_path import route_path

Handler = Callable[[Request, Any], Response | Awaitable[Response]]


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
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """The response to a GET of a path that matches.

        Raises:
            RequestValidationError: a parameter is not what it should be.
            ProblemError: the request is refused.
        """
        access.check(request)  # it is a dependency of every route, and none is solved here
        values = _values(request, self.parameters)
        response: Response = await self.endpoint(request=request, **values)
        return response


@dataclass(frozen=True, slots=True)
class InFront:
    """Answers lean routes before a router is searched for them, and outside what the framework puts
    around a router: its exit stacks, and its handling of exceptions, which is done here."""

    app: ASGIApp
    routes: Sequence[LeanRoute]
    handlers: Mapping[Any, Handler]  # of exceptions, by their types: those of the application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._route(scope)
        if route is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await route.answer(request)
        except Exception as error:
            handler = self._handler(error)
            if handler is None:
                raise
            handled = handler(request, error)
            response = await handled if isawaitable(handled) else handled
        await response(scope, receive, send)

    def _route(self, scope: Scope) -> LeanRoute | None:
        """The route that a request asks for; the scope then holds what a router would put there."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        path = route_path(scope)
        for route in self.routes:
            if (found := route.path_regex.match(path)) is not None:
                scope["path_params"], scope["route"] = found.groupdict(), route
                return route
        return None

    def _handler(self, error: Exception) -> Handler | None:
        """What handles this exception; None where the outermost handler of all others does."""
        kinds = (kind for kind in type(error).__mro__ if kind is not Exception)
        return next((self.handlers[kind] for kind in kinds if kind in self.handlers), None)


def lean(router: APIRouter) -> list[LeanRoute]:
    """The lean routes of a router."""
    return [route for route in router.routes if isinstance(route, LeanRoute)]


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
