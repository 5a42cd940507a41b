"""One person's answer as JSON that no cache keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Response


class PrivateJson(Response):
    media_type = "application/json"

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(encoded(content))

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        self.raw_headers = [
            (b"cache-control", b"private, no-store"),
            (b"content-length", b"%d" % len(self.body)),
            (b"content-type", b"application/json"),
        ]


def encoded(content: dict[str, Any]) -> bytes:
    """What the serializers build: a datetime in RFC 3339 with Z, and null for NaN."""
    return orjson.dumps(content, option=orjson.OPT_UTC_Z)
