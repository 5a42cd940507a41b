"""A linear layer of a trained module, as numpy applies it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """A product with a matrix. For a few hundred rows torch spends most of its time elsewhere."""

    weight: Floats  # (inputs, outputs)
    bias: Floats  # (outputs,)

    @classmethod
    def of(cls, linear: torch.nn.Module) -> Self:
        """A copy of the layer of a module."""
        assert isinstance(linear, torch.nn.Linear)
        weight, bias = linear.weight.detach().numpy(), linear.bias.detach().numpy()
        return cls(weight.T.copy(order="C"), bias.copy())

    def beside(self, other: Self) -> Self:
        """Both layers as one: the outputs of this, then those of the other."""
        return type(self)(
            np.hstack([self.weight, other.weight]), np.concatenate([self.bias, other.bias])
        )

    def __call__(self, x: Floats) -> Floats:
        """(rows, outputs) of (rows, inputs)."""
        y: Floats = x @ self.weight
        y += self.bias
        return y
