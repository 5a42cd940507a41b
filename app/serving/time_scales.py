"""Settings about time that are not set explicitly come from the data."""

from __future__ import annotations

from typing import Final

from app.settings import Settings
from ml.bundle import Bundle

FOREVER_HOURS: Final = 1e6  # a century: what has no times does not age
LATEST_HALF_LIVES: Final = 4  # that an engagement counts as one of the latest
DERIVED: Final = (
    "max_age_hours",
    "proof_hours",
    "source_half_life_hours",
    "latest_hours",
    "recency_half_life_hours",
)


def with_time_scales(settings: Settings, bundle: Bundle | None) -> Settings:
    """These settings, in which those about time that were left open are as the bundle has them, or
    else at their defaults.

    The trained ranker reads the age of a tweet, so no factor fades scores once more.
    """
    scales = bundle.manifest.time_scales if bundle else None
    derived = {name: Settings.model_fields[name].default for name in DERIVED}
    if scales is not None:
        window = scales.window_hours or FOREVER_HOURS
        half_life = scales.half_life_hours or FOREVER_HOURS
        derived = {
            "max_age_hours": window,
            "proof_hours": window,
            "source_half_life_hours": half_life,
            "latest_hours": LATEST_HALF_LIVES * half_life,
            "recency_half_life_hours": FOREVER_HOURS,
        }
    chosen = settings.model_fields_set
    given = {name: value for name, value in settings if name in chosen or name not in derived}
    return Settings.model_construct(_fields_set=set(chosen), **{**derived, **given})
