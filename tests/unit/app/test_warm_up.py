"""What is made ready before the first request."""

from __future__ import annotations

import pytest

from app.serving.warm_up import warm_up
from app.settings import Settings
from ml import kernels
from ml.bundle import Bundle


def test_nothing_is_made_ready_where_nothing_is_compiled(
    tiny_settings: Settings, tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "IS_COMPILED", False)
    warm = warm_up(tiny_settings, tiny_bundle)
    assert (warm.ready, warm.compiled, warm.seconds) == (0, 0, 0.0)
