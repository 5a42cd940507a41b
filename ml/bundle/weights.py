"""Saves and loads the weights of models."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from ml.errors import BundleError
from ml.state.storage import array_file

M = TypeVar("M", bound=nn.Module)


def save(model: nn.Module, path: Path) -> None:
    """Write a model's parameters and buffers; the same model gives the same bytes."""
    arrays = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    array_file.save(path, arrays)


def load(model: M, path: Path) -> M:
    """Fill a new model from a file; ready to predict.

    Raises:
        BundleError: the file does not hold this model.
    """
    try:
        state = {name: torch.from_numpy(array) for name, array in array_file.load(path).items()}
        model.load_state_dict(state)
    except (OSError, ValueError, RuntimeError) as error:
        reason = "; ".join(line.strip() for line in str(error).splitlines()[:2])
        raise BundleError(
            f"{path} does not fit {type(model).__name__} of this code ({reason}); "
            f"retrain, or run the code that made it"
        ) from error
    return model.eval()


def count(model: nn.Module) -> int:
    """The number of learned parameters of a model."""
    return sum(parameter.numel() for parameter in model.parameters())
