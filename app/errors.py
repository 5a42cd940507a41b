"""What may go wrong for a caller: one class per kind, each with its status once (RFC 9457).

ProblemError                500
├── UnreadableError         400
├── UnauthorizedError       401
├── ForbiddenError          403
├── NotFoundError           404
├── MethodNotAllowedError   405
├── UnsupportedMediaError   415
├── InvalidRequestError     422
├── WithheldError           503
└── RefusedError            whatever the framework refuses a request with
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType


class ProblemError(Exception):
    """The kind of problem when we have nothing better to say."""

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


class UnauthorizedError(ProblemError):
    status = 401
    slug = "unauthorized"
    title = "This needs a key"
    headers = MappingProxyType({"WWW-Authenticate": "APIKey"})


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


class UnsupportedMediaError(ProblemError):
    status = 415
    slug = "unsupported-media"
    title = "The body is in a form that is not understood here"


class InvalidRequestError(ProblemError):
    status = 422
    slug = "invalid-request"
    title = "The request is not what it should be"


class WithheldError(ProblemError):
    """Failing closed: no feed is better than an unsafe one."""

    status = 503
    slug = "withheld"
    title = "Nothing can be shown safely right now"


class RefusedError(ProblemError):
    """Known to the framework alone, such as a body that is too large."""

    def __init__(self, detail: str, status: int) -> None:
        super().__init__(detail)
        self.status = status
        self.title = HTTPStatus(status).phrase
        self.slug = self.title.lower().replace(" ", "-")


def of_status(status: int, detail: str) -> ProblemError:
    """The problem behind a bare status code."""
    for kind in (UnreadableError, NotFoundError, MethodNotAllowedError):
        if kind.status == status:
            return kind(detail)
    return RefusedError(detail, status)
