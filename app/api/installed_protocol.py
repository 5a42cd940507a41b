"""The HTTP protocol to serve with: the compiled one where it is installed."""

from __future__ import annotations

from importlib.util import find_spec

from app.api.http_protocol import Limited, LimitedH11


def installed() -> type[Limited]:
    """The fastest of uvicorn's protocols that can be imported, with our limits."""
    if find_spec("httptools") is None:
        return LimitedH11
    from app.api.httptools_protocol import LimitedHttpTools

    return LimitedHttpTools
