"""What is set counts; what is not set is as the bundle has it; without it there are defaults."""

from __future__ import annotations

from dataclasses import replace

from app.filters.unsafe import Unsafe
from app.products import shared_stages
from app.serving.engine import Engine, assemble
from app.serving.safety_thresholds import with_safety_thresholds
from app.settings import Settings
from ml.bundle import Bundle
from ml.bundle.manifest import SafetyCard


def card(hidden_from: float) -> SafetyCard:
    return SafetyCard(
        harmful=50,
        clean=950,
        trained_rate=0.05,
        serving_rate=0.05,
        auc=0.9,
        hidden_from=hidden_from,
        clean_hidden=0.02,
        clean_hidden_low=0.01,
        clean_hidden_high=0.03,
        harmful_hidden=0.7,
    )


CARDS = {"nsfw": card(0.25), "toxicity": card(0.625)}


def with_cards(bundle: Bundle, cards: dict[str, SafetyCard]) -> Bundle:
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"safety": cards}))


def test_what_is_not_set_is_as_the_bundle_has_it(tiny_bundle: Bundle, tiny_engine: Engine) -> None:
    bundle = with_cards(tiny_bundle, CARDS)
    engine = assemble(Settings(), tiny_engine.state, bundle, tiny_engine.clock)
    assert engine.settings.unsafe_nsfw == 0.25
    assert engine.settings.unsafe_toxicity == 0.625
    hides = shared_stages.visibility(engine.state, engine.encoder, engine.settings)
    assert [(one.nsfw, one.toxicity) for one in hides if isinstance(one, Unsafe)] == [(0.25, 0.625)]


def test_what_is_set_counts(tiny_bundle: Bundle) -> None:
    settings = with_safety_thresholds(Settings(unsafe_nsfw=0.3), with_cards(tiny_bundle, CARDS))
    assert settings.unsafe_nsfw == 0.3  # its default, and yet chosen
    assert settings.unsafe_toxicity == 0.625


def test_without_models_there_are_defaults(tiny_bundle: Bundle) -> None:
    """Also where another bundle had some."""
    once = with_safety_thresholds(Settings(popular_limit=7), with_cards(tiny_bundle, CARDS))
    for bundle in (None, with_cards(tiny_bundle, {})):
        settings = with_safety_thresholds(once, bundle)
        assert settings == Settings(popular_limit=7)
        assert settings.fingerprint == Settings(popular_limit=7).fingerprint
