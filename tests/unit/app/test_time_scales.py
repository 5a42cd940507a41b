"""What is set counts; what is not set comes from the data; without either there are defaults."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.serving.time_scales import DERIVED, FOREVER_HOURS, with_time_scales
from app.settings import Settings
from ml.bundle import Bundle
from ml.bundle.manifest import TimeScales


def aged(bundle: Bundle, scales: TimeScales | None) -> Bundle:
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"time_scales": scales}))


MONTHS = TimeScales(window_hours=9_000.0, half_life_hours=700.0)
TIMELESS = TimeScales(window_hours=None, half_life_hours=None)


def test_what_is_not_set_is_as_the_data_has_it(tiny_bundle: Bundle) -> None:
    settings = with_time_scales(Settings(), aged(tiny_bundle, MONTHS))
    assert settings.max_age_hours == settings.proof_hours == 9_000
    assert settings.source_half_life_hours == 700
    assert settings.latest_hours == 2_800
    assert settings.recency_half_life_hours == FOREVER_HOURS


def test_without_times_nothing_is_too_old(tiny_bundle: Bundle) -> None:
    settings = with_time_scales(Settings(), aged(tiny_bundle, TIMELESS))
    assert settings.max_age_hours == settings.source_half_life_hours == FOREVER_HOURS


def test_what_is_set_counts(tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORYOU_MAX_AGE_HOURS", "168")  # its default, and yet chosen
    settings = with_time_scales(Settings(recency_half_life_hours=5), aged(tiny_bundle, MONTHS))
    assert settings.max_age_hours == 168
    assert settings.recency_half_life_hours == 5
    assert settings.source_half_life_hours == 700


@pytest.mark.parametrize("trained", [True, False])
def test_without_scales_there_are_defaults(tiny_bundle: Bundle, trained: bool) -> None:
    """Also where another bundle had some."""
    once = with_time_scales(Settings(popular_limit=7), aged(tiny_bundle, MONTHS))
    settings = with_time_scales(once, aged(tiny_bundle, None) if trained else None)
    assert settings == Settings(popular_limit=7)
    assert settings.fingerprint == Settings(popular_limit=7).fingerprint
    assert all(getattr(settings, name) == getattr(Settings(), name) for name in DERIVED)


def test_other_time_scales_are_other_settings(tiny_bundle: Bundle) -> None:
    settings = Settings()
    assert with_time_scales(settings, aged(tiny_bundle, MONTHS)).fingerprint != settings.fingerprint


def test_training_writes_the_scales_of_its_data(tiny_bundle: Bundle) -> None:
    scales = tiny_bundle.manifest.time_scales
    assert scales is not None
    assert 2 < (scales.half_life_hours or 0) < 48
    assert 24 <= (scales.window_hours or 0) < 1_000
