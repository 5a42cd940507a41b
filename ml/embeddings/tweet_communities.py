"""The learned communities of each tweet, remembered until its engagements change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from ml.state.structures.growable import GrowableColumns

MOST: Final = 32  # communities of a tweet, those with most weight


class TweetCommunities(GrowableColumns):
    """Written by `ml.embeddings.simclusters` where a tweet is not known as it is now.

    What is remembered holds for one process, so a copy for another begins with nothing.
    """

    FILL: ClassVar[Mapping[str, float]] = {"as_of": 0, "community": 0, "weight": 0, "sure": 0}

    def __init__(self) -> None:
        self.as_of = np.empty(0, np.int64)  # the change of its engagements; 0 where never looked up
        self.community: NDArray[np.int16] = np.empty((0, MOST), np.int16)
        self.weight = np.empty((0, MOST), np.float32)  # of length 1, ending with 0
        self.sure = np.empty(0, np.float32)  # how sure they are, 0-1

    def __reduce__(self) -> tuple[type[TweetCommunities], tuple[()]]:
        return TweetCommunities, ()
