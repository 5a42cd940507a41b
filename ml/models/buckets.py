"""Hashes tokens and ids into rows of embedding tables; row 0 stands for nothing."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ml.arrays import Rows
from ml.state.structures.tokens import Tokens, token
from ml.state.structures.vocabulary import Vocabulary


def of_tokens(tokens: Tokens, buckets: int) -> Tensor:
    """Buckets 1 … buckets - 1 for tokens."""
    bucket = np.where(tokens == 0, 0, 1 + tokens % np.uint32(buckets - 1))
    return torch.from_numpy(bucket.astype(np.int64))


def of_ids(ids: Vocabulary, buckets: int, rows: Rows | None = None) -> Tensor:
    """Buckets of the ids of a vocabulary, or of some rows; they do not depend on row order."""
    names = ids.all_ids() if rows is None else ids.ids(rows)
    tokens = np.array([token(id_) for id_ in names], np.uint32)
    return of_tokens(tokens, buckets)


def of_rows(rows: Rows) -> Tensor:
    """Rows plus one, so that -1 becomes 0."""
    return torch.from_numpy(rows.astype(np.int64) + 1)
