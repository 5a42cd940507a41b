"""Sums of rows of a table: `EmbeddingBag` without the sort of its backward pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor, nn


def bags(table: Tensor, place: Tensor, weight: Tensor) -> Tensor:
    """(bags, width): the sum of the table's rows at `place` (bags, slots) times `weight`, which
    has no gradient; a slot that weighs nothing is free."""
    # torch has no types for `Function.apply`.
    total: Tensor = _Bags.apply(table, place, weight)  # type: ignore[no-untyped-call]
    return total


@contextmanager
def met_rows_only(model: nn.Module, name: str, *met: Tensor) -> Iterator[None]:
    """Fit only the rows of an embedding table that the data meets: an optimiser visits every row
    of a table at every step.

    Args:
        name: of the table in the model.
        met: all buckets that will be asked for; bucket 0 stands for nothing.
    """
    table = model.get_submodule(name)
    assert isinstance(table, nn.Embedding | nn.EmbeddingBag)
    bucket = torch.unique(torch.cat([some.flatten() for some in met]))
    rows = _MetRows(table.weight, bucket)
    setattr(model, name, rows)
    yield
    with torch.no_grad():
        table.weight[bucket] = rows.weight
    setattr(model, name, table)


class _MetRows(nn.Module):
    """Stands in for a table."""

    def __init__(self, weight: Tensor, bucket: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.detach()[bucket])
        self._row = torch.zeros(len(weight), dtype=torch.int64)
        self._row[bucket] = torch.arange(len(bucket))

    def forward(self, bucket: Tensor) -> Tensor:
        """(bags, width): the sum of the rows of some buckets, (bags,) or (bags, slots)."""
        slots = bucket.reshape(len(bucket), -1)
        return bags(self.weight, self._row[slots], (slots != 0).float())


class _Bags(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table: Tensor, place: Tensor, weight: Tensor) -> Tensor:
        ctx.matrix = _matrix(place.numpy(), weight.numpy(), len(table))
        return torch.from_numpy(ctx.matrix @ table.detach().numpy())

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return torch.from_numpy(ctx.matrix.T @ gradient.contiguous().numpy()), None, None


def _matrix(place: NDArray[np.int64], weight: NDArray[np.float32], rows: int) -> csr_matrix:
    """(bags, rows): what each row of the table weighs in each bag."""
    held = weight != 0
    ends = np.append(0, held.sum(axis=1).cumsum())
    return csr_matrix((weight[held], place[held], ends), (len(place), rows))
