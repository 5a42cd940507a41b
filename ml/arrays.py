"""The array types that most files share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int32]  # positions in a table of ml.state; -1 where there is none
Times = NDArray[np.int64]  # unix seconds
Tiebreaks = NDArray[np.uint64]  # of events of the same second, the greater is the later
Hashes = NDArray[np.uint64]  # of ids, the same in every process
