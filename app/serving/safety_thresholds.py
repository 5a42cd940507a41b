"""The probabilities from which tweets are hidden come from the bundle, unless somebody set them."""

from __future__ import annotations

from typing import Final

from app.settings import Settings
from ml.bundle import Bundle

DERIVED: Final = {"unsafe_nsfw": "nsfw", "unsafe_toxicity": "toxicity"}  # the model of each


def with_safety_thresholds(settings: Settings, bundle: Bundle | None) -> Settings:
    """These settings, in which the thresholds that were left open are where the bundle hides no
    more clean tweets than it was trained to, or else at their defaults."""
    cards = bundle.manifest.safety if bundle else {}
    chosen = settings.model_fields_set
    derived = {
        name: cards[label].hidden_from
        if label in cards
        else Settings.model_fields[name].get_default()
        for name, label in DERIVED.items()
        if name not in chosen
    }
    return Settings.model_construct(_fields_set=set(chosen), **{**dict(settings), **derived})
