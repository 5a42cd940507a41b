"""A service of these settings, in this process."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.service import Service
from app.settings import Settings


def opened(settings: Settings, **options: Any) -> TestClient:
    """A client of a service that is opened as at every start, but in a process that has its kernels
    already: making them ready takes longer than all else, and `kernels_are_ready` does it once."""
    return TestClient(create_app(settings, service=Service.open(settings)), **options)
