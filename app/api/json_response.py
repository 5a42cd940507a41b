"""One person's answer as JSON that no cache keeps."""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import Response

PRIVATE: Final = {"Cache-Control": "private, no-store"}


class PrivateJson(Response):
    media_type = "application/json"

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(encoded(content), headers=PRIVATE)


def encoded(content: dict[str, Any]) -> bytes:
    """What the serializers build: a datetime in RFC 3339 with Z, and null for NaN."""
    return orjson.dumps(content, option=orjson.OPT_UTC_Z)
