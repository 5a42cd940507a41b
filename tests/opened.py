"""A service of these settings, in this process."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from app.settings import Settings


def opened(settings: Settings, **options: Any) -> TestClient:
    """A client of a service that opens its artifacts and its log as at every start, and leaves out
    what a start does to its process: logging, threads and the garbage collector are those of the
    tests, and kernels are not made ready, which takes longer than all else. A test that opens one
    asks for `kernels_are_ready`, which does that once."""
    return TestClient(create_app(settings, service=Service.open(settings)), **options)
