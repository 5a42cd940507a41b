"""One source, its limit, its gates, and the places of a page that it may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.pipeline.components import CandidateSource, Gate


@dataclass(frozen=True, slots=True)
class CandidatePipeline:
    source: CandidateSource
    limit: int
    gates: Sequence[Gate] = ()
    share: float | None = None  # of the places, at most, while others have rows; None is no cap
    present: bool = False  # whether ten places without it lack something
    reserved: float = 0.0  # of the places, as far as its rows go; these two have a price
