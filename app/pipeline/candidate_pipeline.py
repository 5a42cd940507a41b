"""One source, how much it may contribute, and when it is asked at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.pipeline.components import CandidateSource, Gate


@dataclass(frozen=True, slots=True)
class CandidatePipeline:
    source: CandidateSource
    limit: int
    gates: Sequence[Gate] = ()
