"""Limits of one connection, for uvicorn's compiled HTTP protocol."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.http_protocol import Limited


class LimitedHttpTools(Limited, HttpToolsProtocol):
    """The protocol over httptools, which is optional."""
