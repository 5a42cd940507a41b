"""Splits the featurising of a log among processes: the segments joined are the serial replay."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from ml.embeddings.encoder import Encoder
from ml.state.events import Events
from ml.state.feature_state import FeatureState
from ml.training.examples import Examples
from ml.training.featurise import featurise
from ml.training.heavy_ranker import RankerRows
from ml.training.processes import Processes

APPLYING: Final = 0.5  # seconds to apply what happens between two rows, per second of a row


def featurise_in_segments(
    processes: Processes,
    state: FeatureState,
    events: Events,
    encoder: Encoder,
    examples: Examples,
) -> RankerRows:
    """The rows that `featurise` computes, byte for byte: one segment here, which is the first, and
    one in each other process, which applies what happened before from the same state on."""
    first, *later = segments_of(len(examples), processes.count)
    processes.reported()
    others = [
        processes.start(featurise, state, events, encoder, examples, segment) for segment in later
    ]
    rows = featurise(state, events, encoder, examples, first, processes.reported)
    return RankerRows.stack([rows, *(finish() for finish in others)]) if others else rows


def segments_of(examples: int, count: int) -> list[slice]:
    """So many segments; a later one is shorter, since more must be applied before it begins."""
    share = (1 + APPLYING) ** -np.arange(count, dtype=np.float64)
    ends = np.round(examples * np.cumsum(share) / share.sum()).astype(int).tolist()
    return [slice(start, end) for start, end in pairwise([0, *ends])]
