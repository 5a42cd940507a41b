"""Drops what the viewer asked to see nothing of, and what is not among all that they asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.pipeline.batch import CandidateBatch, Mask
from app.pipeline.components import Ground
from app.pipeline.query import Query
from app.pipeline.steering import Steering, Targets
from app.retrieval.wanted import among
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Unwanted:
    """`no` and `only` of the viewer's preferences, for as long as they hold."""

    state: FeatureState
    sources: Sequence[str] = field(default=(), compare=False)  # of the product, in their order

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        keep, steering = batch.everything(), query.steering
        if steering is None:
            return keep
        if steering.no is not None:
            keep &= ~self._among(query, steering.no, batch)
        for targets in steering.only:
            keep &= self._among(query, targets, batch)
        return keep

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        steering = query.steering or Steering()
        none = steering.no is not None and bool(self._among(query, steering.no, row)[0])
        others = not all(self._among(query, one, row)[0] for one in steering.only)
        return {"asked_for_none": none, "asked_for_others_only": others}

    def _among(self, query: Query, targets: Targets, batch: CandidateBatch) -> Mask:
        return among(self.state, self.sources, query, targets, batch)
