"""What may go wrong for a caller: one class per kind, each with its status once (RFC 9457).

ProblemError                500
├── UnreadableError         400
├── NotFoundError           404
├── MethodNotAllowedError   405
├── InvalidRequestError     422
└── WithheldError           503
"""

from __future__ import annotations

from typing import ClassVar


class ProblemError(Exception):
    """The kind of problem when we have nothing better to say."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"

    @property
    def detail(self) -> str:
        return str(self)


class UnreadableError(ProblemError):
    status = 400
    slug = "unreadable"
    title = "The request cannot be read"


class NotFoundError(ProblemError):
    status = 404
    slug = "not-found"
    title = "There is nothing here"


class MethodNotAllowedError(ProblemError):
    status = 405
    slug = "method-not-allowed"
    title = "This method does nothing here"


class InvalidRequestError(ProblemError):
    status = 422
    slug = "invalid-request"
    title = "The request is not what it should be"


class WithheldError(ProblemError):
    """Failing closed: no feed is better than an unsafe one."""

    status = 503
    slug = "withheld"
    title = "Nothing can be shown safely right now"


KINDS = {
    kind.status: kind
    for kind in (
        ProblemError,
        UnreadableError,
        NotFoundError,
        MethodNotAllowedError,
        InvalidRequestError,
        WithheldError,
    )
}
