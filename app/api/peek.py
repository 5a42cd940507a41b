"""Requests that only look: a HEAD, and what a browser fetches before anybody asks for it."""

from __future__ import annotations

from typing import Final

from fastapi import Request

from app.api.head import is_head

SPECULATIVE: Final = {  # header: the values that announce a speculative fetch
    "sec-purpose": ("prefetch", "prerender"),  # Fetch standard
    "purpose": ("prefetch", "preview"),  # Chromium before it, and proxies
    "x-moz": ("prefetch",),  # Firefox before it
    "x-purpose": ("preview",),  # Safari
}


def only_looks(request: Request) -> bool:
    """Whether the request must leave no trace in the log or in the viewer's history."""
    return is_head(request) or any(
        _first_token(given) in values
        for name, values in SPECULATIVE.items()
        for given in request.headers.getlist(name)
    )


def _first_token(value: str) -> str:
    """The token before the parameters of a structured header, such as `prefetch;prerender`."""
    return value.partition(";")[0].strip().lower()
