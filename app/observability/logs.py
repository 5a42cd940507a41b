"""One line per event, with the request it belongs to: JSON, or for a person at a terminal."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from app.observability import refusals
from app.observability.request import current

UNUSED: Final = ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks")
"""Facts that no formatter of ours writes; the library collects them unless these are false."""


def install(form: str, level: str) -> None:
    """Log to standard error, unless logging is already set up."""
    handler = logging.StreamHandler(sys.stderr)
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    handler.setFormatter(Pretty() if pretty else Json())
    for name in UNUSED:
        setattr(logging, name, False)
    logging.basicConfig(level=level.upper(), handlers=[handler])
    refusals.install()


class Json(logging.Formatter):
    """An object per line, for machines that collect them."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := current():
            line["request_id"] = request.request_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        try:
            return orjson.dumps(line, str).decode()
        except TypeError:  # half of a surrogate pair, which is no Unicode
            return json.dumps(line, default=str)


class Pretty(logging.Formatter):
    """The time of day, what happened, its numbers; then the request, for `grep`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", {})
        known = [
            f"{name}={value}"
            for name, value in fields.items()
            if value is not None and name not in ("method", "path")  # which the message says
        ]
        request = current()
        name = [f"[{request.request_id}]"] if request else []
        return " ".join([super().formatMessage(record), *known, *name])
