"""The viewer tower as it serves: the same vectors as the module that is trained, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ml.arrays import Rows
from ml.embeddings.encoder import Vectors
from ml.kernels import kernel
from ml.models.layer import Floats, Layer
from ml.models.two_tower import DIM, TAG_BUCKETS, TwoTower
from ml.models.viewer_inputs import ViewerInputs
from ml.state.structures.tokens import Tokens

SHORTEST = 1e-12  # length that a vector is divided by


@dataclass(frozen=True, slots=True)
class ViewerTower:
    """`TwoTower.viewer` for serving and for replay, which ask for a few viewers at a time."""

    tags: Vectors  # (TAG_BUCKETS, DIM)
    hidden: Layer
    output: Layer

    @classmethod
    def of(cls, tower: TwoTower) -> Self:
        hidden, _, output = tower.viewer_tower
        return cls(tower.tags.weight.detach().numpy(), Layer.of(hidden), Layer.of(output))

    def encode(self, inputs: ViewerInputs, content: Vectors, authors: Vectors) -> Vectors:
        """(viewers, DIM), of length 1.

        Args:
            inputs: of the viewers.
            content: (tweets, DIM) what the tower reads of a tweet.
            authors: (users, DIM) what it reads of somebody who is followed.
        """
        mixed = np.zeros((len(inputs.interests), 3 * DIM), np.float32)
        _mix(
            inputs.interests,
            inputs.history,
            inputs.history_weight,
            inputs.followees,
            self.tags,
            content,
            authors,
            mixed,
        )
        vector = self.output(np.maximum(self.hidden(mixed), 0))
        vector += mixed.reshape(-1, 3, DIM).sum(axis=1)
        length = np.sqrt(np.einsum("vd,vd->v", vector, vector))
        vector /= np.maximum(length, SHORTEST)[:, None]
        return vector


@kernel
def _mix(
    interests: Tokens,
    history: Rows,
    history_weight: Floats,
    followees: Rows,
    tags: Vectors,
    content: Vectors,
    authors: Vectors,
    mixed: Vectors,
) -> None:
    """Add up the means of what viewers declared, engaged with, and whom they follow, into zeros of
    (viewers, 3 * DIM)."""
    for viewer in range(len(interests)):
        count = np.float32(0)
        for token in interests[viewer]:
            count += np.float32(token != 0)
        for token in interests[viewer]:
            if token != 0:
                bucket = 1 + token % (TAG_BUCKETS - 1)
                for d in range(DIM):
                    mixed[viewer, d] += tags[bucket, d] / count
        for place in range(history.shape[1]):
            tweet, weight = history[viewer, place], history_weight[viewer, place]
            if weight > 0:
                for d in range(DIM):
                    mixed[viewer, DIM + d] += content[tweet, d] * weight
        count = np.float32(0)
        for user in followees[viewer]:
            count += np.float32(user >= 0)
        for user in followees[viewer]:
            if user >= 0:
                for d in range(DIM):
                    mixed[viewer, 2 * DIM + d] += authors[user, d] / count
