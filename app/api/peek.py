"""Requests that only look: a HEAD, and what a browser fetches before anybody asks for it."""

from __future__ import annotations

from typing import Final

from fastapi import Request

from app.api.head import is_head

SPECULATIVE: Final = {  # header: the values that announce a speculative fetch
    b"sec-purpose": (b"prefetch", b"prerender"),  # Fetch standard
    b"purpose": (b"prefetch", b"preview"),  # Chromium before it, and proxies
    b"x-moz": (b"prefetch",),  # Firefox before it
    b"x-purpose": (b"preview",),  # Safari
}


def only_looks(request: Request) -> bool:
    """Whether the request must leave no trace in the log or in the viewer's history."""
    return is_head(request) or any(
        _first_token(given) in SPECULATIVE[name]
        for name, given in request.scope["headers"]
        if name in SPECULATIVE
    )


def _first_token(value: bytes) -> bytes:
    """The token before the parameters of a structured header, such as `prefetch;prerender`."""
    return value.partition(b";")[0].strip().lower()
