"""One thread per process: what is computed here is too short to be shared out, and a library that
tries it keeps a second processor busy with waiting."""

from __future__ import annotations

import torch
from threadpoolctl import threadpool_limits


def use_one() -> None:
    """Let torch, and the linear algebra behind numpy, compute in the thread that asks."""
    torch.set_num_threads(1)
    threadpool_limits(1)
