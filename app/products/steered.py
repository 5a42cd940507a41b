"""A page that does what its viewer asks of it."""

from __future__ import annotations

from dataclasses import replace

from app.filters.unwanted import Unwanted
from app.pipeline.mixer import MixerPipeline
from app.rescorers.steering import Steering
from ml.state.feature_state import FeatureState


def steered(page: MixerPipeline, state: FeatureState, *, rescored: bool = True) -> MixerPipeline:
    """The page with what viewers ask for by sentence, of whatever sources it has.

    Args:
        rescored: whether `more` and `less` change the order; what is chronological stays so.
    """
    unwanted = Unwanted(state, page.sources)
    rescorers = [*page.scoring.rescorers, Steering(state, page.sources)]
    return replace(
        page,
        visibility=[*page.visibility, unwanted],
        recheck=[*page.recheck, unwanted],
        scoring=replace(page.scoring, rescorers=rescorers) if rescored else page.scoring,
    )
