"""The ranker in use: the trained one where it can rank, the hand-written formula elsewhere."""

from __future__ import annotations

from app.pipeline.components import Ranker
from app.products.presets import PRESETS, Preset
from app.rankers.heavy import HeavyRanker
from app.rankers.heuristic import Heuristic
from app.rankers.listwise import ListwiseStage
from app.settings import InvalidSettingError, Settings
from ml.bundle import Bundle
from ml.embeddings.encoder import GrowingEncoder
from ml.models.fusion import Fusion
from ml.state.feature_state import FeatureState


def choose_ranker(
    settings: Settings, state: FeatureState, encoder: GrowingEncoder, bundle: Bundle | None
) -> Ranker:
    """The trained model, or the hand-written formula where no welcome action was learned.

    Raises:
        InvalidSettingError: the settings name a preset that does not exist.
    """
    preset = _preset(settings)
    fusion = fusion_of(preset, settings, bundle) if bundle else None
    if bundle is None or fusion is None:
        return Heuristic(state, encoder)
    model = bundle.models.listwise
    listwise = None if model is None else ListwiseStage.of(model, state)
    return HeavyRanker(state, encoder, bundle.predict, fusion, listwise, bundle.attribute)


def fusion_of(preset: Preset, settings: Settings, bundle: Bundle) -> Fusion | None:
    """What the heads of a bundle are worth together; None where no welcome action was learned."""
    means = {name: card.mean for name, card in bundle.manifest.heads.items()}
    if "engagement" in means:  # is what the head of the embeddings predicts by itself
        means["similarity"] = means["engagement"]
    fusion = Fusion(preset.resolve(means) | settings.weights, means)
    return fusion if fusion.average > 0 else None


def _preset(settings: Settings) -> Preset:
    preset = PRESETS.get(settings.preset)
    if preset is None:
        raise InvalidSettingError(
            f"FORYOU_PRESET={settings.preset!r}: there is no such preset; "
            f"expected one of {', '.join(PRESETS)}"
        )
    return preset
