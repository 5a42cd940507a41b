"""Sums of rows of a table have the values and the gradient that torch gives them."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from ml.training.bags import bags, met_rows_only
from ml.training.optimize import Optimizer, fit

PLACE = torch.tensor([[0, 2, 2], [1, 0, 3], [3, 3, 3]])
WEIGHT = torch.tensor([[1.0, 0.5, 2.0], [0.0, 1.0, 1.0], [0.25, 0.0, 0.0]])


def _table() -> torch.Tensor:
    return torch.randn(5, 8, generator=torch.Generator().manual_seed(0)).requires_grad_()


def test_bags_are_those_of_torch() -> None:
    ours, theirs = _table(), _table()
    one = bags(ours, PLACE, WEIGHT)
    other = nn.functional.embedding_bag(PLACE, theirs, per_sample_weights=WEIGHT, mode="sum")
    torch.testing.assert_close(one, other)
    torch.autograd.backward((one**2).sum())
    torch.autograd.backward((other**2).sum())
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_row_that_is_not_met_stays_as_it_was() -> None:
    model = nn.ModuleDict({"table": nn.EmbeddingBag(100, 8, mode="sum", padding_idx=0)})
    before = next(model.parameters()).detach().clone()
    met = torch.tensor([[0, 7], [7, 40], [0, 0]])
    with met_rows_only(model, "table", met):
        assert [len(one) for one in model.parameters()] == [3]
        fit("a test", model, 3, lambda rows: (model["table"](met[rows]) ** 2).sum(), _FAST, 0)
    after = next(model.parameters()).detach()
    changed = (after != before).any(dim=1).nonzero().flatten().tolist()
    assert changed == [7, 40]
    assert isinstance(model["table"], nn.EmbeddingBag)


def test_of_many_rows_not_all_are_learned_from() -> None:
    model, seen = nn.Linear(1, 1), []

    def loss_of(rows: torch.Tensor) -> torch.Tensor:
        seen.append(rows.numpy())
        mean: torch.Tensor = model(rows[:, None].float()).mean()
        return mean

    fit("a test", model, 1_000, loss_of, Optimizer(5, 300, 100, 1e-3, 0.0), 0)
    assert len(np.unique(np.concatenate(seen))) == sum(map(len, seen)) == 300
    seen.clear()
    fit("a test", model, 100, loss_of, Optimizer(5, 300, 100, 1e-3, 0.0), 0)
    assert sum(map(len, seen)) == 300  # three times each


_FAST = Optimizer(2, 1_000, batch=2, learning_rate=0.1, weight_decay=0.0)
