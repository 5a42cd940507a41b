"""Who asks for timelines, and when."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaluation.client import request
from ml.state.feature_state import FeatureState


def timelines(state: FeatureState, seed: int) -> Iterator[bytes]:
    """Somebody asks for their first page, for ever."""
    rng, people = np.random.default_rng(seed), state.users.ids.all_ids().to_list()
    while True:
        yield request("GET", f"/timeline/{people[int(rng.integers(len(people)))]}")
