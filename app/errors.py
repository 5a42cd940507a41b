"""What may go wrong for a caller: one class per kind, each with its status once (RFC 9457).

ProblemError                500
├── UnreadableError         400
├── BadCursorError          400
│   ├── ForgedCursorError
│   └── ExpiredCursorError
├── UnauthorizedError       401
│   ├── UnidentifiedError
│   └── InvalidTokenError
├── ForbiddenError          403
├── NotFoundError           404
├── MethodNotAllowedError   405
├── RequestTimeoutError     408
├── TooLargeError           413
├── UnsupportedMediaError   415
├── ConflictError           409
├── GoneError               410
├── InvalidRequestError     422
├── BusyError               429
├── DiskFullError           507
├── UnwrittenError          503
├── AwayError               503
├── WithheldError           503
├── BehindError             503
├── ReadOnlyError           503
├── FaultError              503
├── StoppingError           503
├── OverloadedError         503
└── RefusedError            whatever the framework refuses a request with
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType


class ProblemError(Exception):
    """Any problem that has no class of its own."""

    status: int = 500
    slug: str = "internal"
    title: str = "Something went wrong on our side"
    headers: Mapping[str, str] = MappingProxyType({})

    @property
    def detail(self) -> str:
        return str(self)


class UnreadableError(ProblemError):
    status = 400
    slug = "unreadable"
    title = "The request cannot be read"


class BadCursorError(ProblemError):
    status = 400
    slug = "bad-cursor"
    title = "The cursor is of no use"


class ForgedCursorError(BadCursorError):
    slug = "forged-cursor"
    title = "The cursor is not one of ours"


class ExpiredCursorError(BadCursorError):
    slug = "expired-cursor"
    title = "The cursor has expired"


class UnauthorizedError(ProblemError):
    status = 401
    slug = "unauthorized"
    title = "This needs a key"
    headers = MappingProxyType({"WWW-Authenticate": "APIKey"})


class UnidentifiedError(UnauthorizedError):
    title = "Reading needs a key or a token"
    headers = MappingProxyType({"WWW-Authenticate": "Bearer"})


class InvalidTokenError(UnauthorizedError):
    slug = "invalid-token"
    title = "The bearer token is not valid"
    headers = MappingProxyType({"WWW-Authenticate": 'Bearer error="invalid_token"'})


class ForbiddenError(ProblemError):
    status = 403
    slug = "forbidden"
    title = "This is not allowed here"


class NotFoundError(ProblemError):
    status = 404
    slug = "not-found"
    title = "There is nothing here"


class MethodNotAllowedError(ProblemError):
    status = 405
    slug = "method-not-allowed"
    title = "This method does nothing here"


class RequestTimeoutError(ProblemError):
    status = 408
    slug = "request-timeout"
    title = "The request did not come in time"


class TooLargeError(ProblemError):
    status = 413
    slug = "too-large"
    title = "The body is larger than what is read here"


class UnsupportedMediaError(ProblemError):
    status = 415
    slug = "unsupported-media"
    title = "The body is in a form that is not understood here"


class ConflictError(ProblemError):
    status = 409
    slug = "conflict"
    title = "This cannot be done as things are"


class GoneError(ProblemError):
    status = 410
    slug = "gone"
    title = "This is not kept any more"


class InvalidRequestError(ProblemError):
    status = 422
    slug = "invalid-request"
    title = "The request is not what it should be"


class BusyError(ProblemError):
    """The queue of the log is full; refusing is better than letting every request wait."""

    status = 429
    slug = "busy"
    title = "Too much waits to be written"
    headers = MappingProxyType({"Retry-After": "1"})


class DiskFullError(ProblemError):
    status = 507
    slug = "disk-full"
    title = "There is no room to write the event log"


class UnwrittenError(ProblemError):
    status = 503
    slug = "unwritten"
    title = "The event log cannot be written"
    headers = MappingProxyType({"Retry-After": "1"})


class AwayError(ProblemError):
    status = 503
    slug = "away"
    title = "The event log cannot be reached"
    headers = MappingProxyType({"Retry-After": "1"})


class BehindError(ProblemError):
    status = 503
    slug = "behind"
    title = "What was written has not had its effect yet"
    headers = MappingProxyType({"Retry-After": "1"})


class FaultError(ProblemError):
    status = 503
    slug = "fault"
    title = "A part of this service does not work"


class StoppingError(ProblemError):
    status = 503
    slug = "stopping"
    title = "This process is about to end"


class OverloadedError(ProblemError):
    """Refusing at once is better than letting everybody wait."""

    status = 503
    slug = "overloaded"
    title = "More is asked at once than can be answered in time"
    headers = MappingProxyType({"Retry-After": "1"})


class ReadOnlyError(ProblemError):
    status = 503
    slug = "read-only"
    title = "This service keeps no log, so nothing can be written"


class WithheldError(ProblemError):
    """Failing closed: no feed is better than an unsafe one."""

    status = 503
    slug = "withheld"
    title = "Nothing can be shown safely right now"


class RefusedError(ProblemError):
    """A refusal by the framework that has no class of its own."""

    def __init__(self, detail: str, status: int) -> None:
        super().__init__(detail)
        self.status = status
        self.title = HTTPStatus(status).phrase
        self.slug = self.title.lower().replace(" ", "-")


def of_status(status: int, detail: str) -> ProblemError:
    """The problem behind a bare status code."""
    for kind in (UnreadableError, NotFoundError, MethodNotAllowedError, TooLargeError):
        if kind.status == status:
            return kind(detail)
    return RefusedError(detail, status)
