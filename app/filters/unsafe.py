"""Drops tweets that may well be adult content or abuse.

A viewer may ask to see adult content; toxic tweets are dropped for every viewer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.pipeline.batch import CandidateBatch, Column, Mask, Rows
from app.pipeline.components import Ground
from app.pipeline.query import Query
from ml.embeddings.encoder import Encoder
from ml.kernels import inline_kernel, kernel
from ml.state.feature_state import FeatureState


@dataclass(frozen=True, slots=True)
class Unsafe:
    """Drops by declaration of the author or a moderator, and from these probabilities on.

    A tweet declared harmless is dropped only where the model is almost certain, since abusive
    authors may declare anything.
    """

    state: FeatureState
    encoder: Encoder
    nsfw: float = 0.3
    toxicity: float = 0.3
    denied: float = 0.95  # of both, where somebody declared that it is not so

    def keep(self, query: Query, batch: CandidateBatch) -> Mask:
        scores, declared = self.encoder.tweets, self.state.tweets
        return _safe(
            batch.tweet,
            scores.nsfw,
            declared.nsfw,
            scores.toxicity,
            declared.toxic,
            float(self.nsfw),
            float(self.toxicity),
            float(self.denied),
            query.sensitive_ok,
        )

    def grounds(self, query: Query, row: CandidateBatch) -> Mapping[str, Ground]:
        tweet, scores, declared = row.tweet[0], self.encoder.tweets, self.state.tweets
        return {
            "nsfw": _known(scores.nsfw[tweet]),
            "nsfw_from": self.nsfw,
            "declared_nsfw": _known(declared.nsfw[tweet]),
            "sensitive_ok": query.sensitive_ok,
            "toxicity": _known(scores.toxicity[tweet]),
            "toxicity_from": self.toxicity,
            "declared_toxic": _known(declared.toxic[tweet]),
            "though_denied_from": self.denied,
        }


@kernel
def _safe(
    tweet: Rows,
    nsfw: Column,
    declared_nsfw: Column,
    toxicity: Column,
    declared_toxic: Column,
    nsfw_from: float,
    toxicity_from: float,
    denied_from: float,
    sensitive_ok: bool,
) -> Mask:
    keep = np.empty(len(tweet), np.bool_)
    for i in range(len(tweet)):
        row = tweet[i]
        if row >= len(nsfw):
            raise IndexError("a tweet was not judged yet")
        harmful = _is(toxicity[row], declared_toxic[row], toxicity_from, denied_from)
        if not sensitive_ok:
            harmful |= _is(nsfw[row], declared_nsfw[row], nsfw_from, denied_from)
        keep[i] = not harmful
    return keep


@inline_kernel
def _is(probability: float, declared: float, threshold: float, denied: float) -> bool:
    """Whether a tweet is declared or predicted so; without a model (NaN), as declared."""
    if declared == 1:
        return True
    likely = probability >= np.float32(threshold)
    return bool(likely and (declared != 0 or probability >= np.float32(denied)))


def _known(number: float) -> float | None:
    return None if np.isnan(number) else float(number)
