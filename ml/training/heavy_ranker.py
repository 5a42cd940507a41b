"""Fits the heavy ranker: masked cross-entropy over all heads at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor

from ml.arrays import Rows
from ml.embeddings.encoder import Vectors
from ml.heads import NAMES as HEADS
from ml.models.heavy_ranker import PROJECTION, HeavyRanker
from ml.training import regression
from ml.training.optimize import HEAVY_RANKER, fit

CHUNK: Final = 65_536  # rows computed at a time
REGRESSED: Final = 250_000  # rows that the wide part starts from, or fewer


@dataclass(frozen=True, slots=True)
class RankerRows:
    """Examples with their features, as of just before each; rows share vectors by index."""

    viewers: Vectors  # (viewers and moments, DIM)
    tweets: Vectors  # (tweets, DIM)
    viewer: Rows  # (rows,) which of `viewers`
    tweet: Rows  # (rows,) which of `tweets`
    features: NDArray[np.float32]  # (rows, features)
    position: NDArray[np.float32]  # (rows,), NaN where unknown
    label: NDArray[np.bool_]  # (rows, heads)
    weight: NDArray[np.float32]  # (rows,)

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, rows: slice | NDArray[np.bool_]) -> RankerRows:
        return RankerRows(
            self.viewers,
            self.tweets,
            self.viewer[rows],
            self.tweet[rows],
            self.features[rows],
            self.position[rows],
            self.label[rows],
            self.weight[rows],
        )

    @classmethod
    def stack(cls, parts: list[RankerRows]) -> RankerRows:
        """The rows of all parts, which have the same tweets."""
        first = np.cumsum([0, *(len(part.viewers) for part in parts[:-1])], dtype=np.int32)
        return cls(
            np.concatenate([part.viewers for part in parts]),
            parts[0].tweets,
            np.concatenate([part.viewer + at for part, at in zip(parts, first, strict=True)]),
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("tweet", "features", "position", "label", "weight")
            ),
        )


def train(rows: RankerRows, trained: NDArray[np.bool_], seed: int) -> HeavyRanker:
    """Fit the heads that are `trained` (heads,); the others get no gradient."""
    torch.manual_seed(seed)
    model = HeavyRanker()
    features = torch.from_numpy(rows.features)
    viewers, tweets = torch.from_numpy(rows.viewers), torch.from_numpy(rows.tweets)
    viewer, tweet = torch.from_numpy(rows.viewer), torch.from_numpy(rows.tweet)
    model.mean, model.spread = features.mean(0), features.std(0).clamp(min=1e-3)
    position = torch.from_numpy(_centred(rows.position))
    label = torch.from_numpy(with_similarity(rows.label))
    mask = torch.from_numpy(np.append(trained, True).astype(np.float32))
    weight = torch.from_numpy(rows.weight)
    with torch.no_grad():
        _start_from_nearness(model, rows, label[:, -1])
    _start_from_regression(model, rows, label[:, :-1], position)

    def loss_of(positions: Tensor) -> Tensor:
        logits = model(
            features[positions],
            viewers[viewer[positions]],
            tweets[tweet[positions]],
            position[positions],
        )
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, label[positions], reduction="none"
        )
        return ((loss * weight[positions, None]).mean(0) * mask).sum()

    fit(
        "heavy ranker",
        model,
        len(rows),
        loss_of,
        HEAVY_RANKER,
        seed,
    )
    _ignore(model, torch.from_numpy(np.ptp(rows.features, axis=0) == 0))
    return model


def _ignore(model: HeavyRanker, some: Tensor) -> None:
    """Have some features, of `some` (features,), no effect: nothing is learned of what is the same
    in all rows, and it may vary where it serves, as what people are shown does where no log had
    it."""
    with torch.no_grad():
        for weight in (model.wide.weight, model.shared.get_parameter("0.weight")):
            weight[:, :-1][:, some] = 0.0


def _start_from_nearness(model: HeavyRanker, rows: RankerRows, engaged: Tensor) -> None:
    """Initialise the embedding head from the two towers.

    The projections are the directions in which the tower vectors vary most; the log-odds are a
    regression on the dot product there.

    From a random start it forgets more than it learns (AUC 0.58 against 0.73).
    """
    scatter = _scatter(rows.viewers, rows.viewer) + _scatter(rows.tweets, rows.tweet)
    _, directions = torch.linalg.eigh(scatter)  # by rising variance
    model.viewer.weight.copy_(directions[:, -PROJECTION:].T)
    model.tweet.weight.copy_(model.viewer.weight)
    viewers = model.viewer(torch.from_numpy(rows.viewers)).numpy()
    tweets = model.tweet(torch.from_numpy(rows.tweets)).numpy()
    dot = np.concatenate(
        [
            np.einsum("ij,ij->i", viewers[rows.viewer[some]], tweets[rows.tweet[some]])
            for some in _chunks(len(rows))
        ]
    )[:, None]
    if 0 < engaged.mean() < 1:
        nearness = LogisticRegression(C=1e6).fit(dot, engaged.numpy() > 0)
        model.similarity.weight.fill_(float(nearness.coef_[0, 0]))
        model.similarity.bias.fill_(float(nearness.intercept_[0]))


def _start_from_regression(
    model: HeavyRanker, rows: RankerRows, label: Tensor, position: Tensor
) -> None:
    """Initialise the wide part and the effect of positions.

    With so few positives per head, batches do not reach what a regression finds at once, and the
    deep part should only learn what that leaves.
    """
    some = slice(None, None, 1 + len(rows) // REGRESSED)
    with torch.no_grad():
        x = model.inputs(
            torch.from_numpy(rows.features[some]),
            torch.from_numpy(rows.viewers[rows.viewer[some]]),
            torch.from_numpy(rows.tweets[rows.tweet[some]]),
        )
    x = torch.cat([x, position[some, None]], dim=-1)
    slope, bias = regression.logistic(x, label[some], torch.from_numpy(rows.weight[some]))
    with torch.no_grad():
        model.wide.weight.copy_(slope[:, :-1])
        model.wide.bias.copy_(bias)
        model.position[: len(HEADS)].copy_(slope[:, -1])


def log_odds(model: HeavyRanker, rows: RankerRows) -> NDArray[np.float32]:
    """(rows, heads + 1), as serving computes them: without the position."""
    with torch.inference_mode():
        parts = [
            model(
                torch.from_numpy(rows.features[some]),
                torch.from_numpy(rows.viewers[rows.viewer[some]]),
                torch.from_numpy(rows.tweets[rows.tweet[some]]),
            ).numpy()
            for some in _chunks(len(rows))
        ]
    return np.concatenate(parts)


def _chunks(rows: int) -> list[slice]:
    """So many rows in parts, so that what is computed of them takes little memory at a time."""
    return [slice(start, start + CHUNK) for start in range(0, rows, CHUNK)]


def _scatter(vectors: Vectors, row: Rows) -> Tensor:
    """(DIM, DIM): the sum of the outer products of the vectors of these rows."""
    count = np.bincount(row, minlength=len(vectors)).astype(np.float32)
    return torch.from_numpy(vectors.T @ (vectors * count[:, None]))


def with_similarity(label: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(rows, heads + 1) labels, 1 or 0; that of the embedding head is engagement."""
    return np.column_stack([label, label[:, HEADS.index("engagement")]]).astype(np.float32)


def _centred(position: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log positions around their mean, which is what serving assumes; 0 where unknown."""
    log = np.log1p(position)
    known = np.isfinite(log)
    mean = log[known].mean() if known.any() else 0.0
    centred: NDArray[np.float32] = np.where(known, log - mean, 0).astype(np.float32)
    return centred
