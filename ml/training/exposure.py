"""Was it logged what people were shown, before they engaged?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.actions import ENGAGEMENTS, Action
from ml.state.events import Events

ENOUGH: Final = 0.5  # of the engagements must follow an impression


def is_logged(events: Events) -> bool:
    """Whether most engagements follow an impression of the same tweet by the same user.

    Where they do, a feed wrote down what it showed, and the heads learn from that what people want
    of what they see. Where they do not, only what people chose of everything is known.
    """
    engaged = events[np.isin(events.action, ENGAGEMENTS) & (events.tweet >= 0)]
    shown = events[events.action == Action.IMPRESSION]
    if not len(engaged) or not len(shown):
        return False
    pair, first = np.unique(_pairs(shown), return_index=True)  # in the order of time
    wanted = _pairs(engaged)
    place = np.minimum(np.searchsorted(pair, wanted), len(pair) - 1)
    follows = (pair[place] == wanted) & (shown.at[first[place]] <= engaged.at)
    return bool(follows.mean() >= ENOUGH)


def _pairs(events: Events) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return events.user.astype(np.int64) << 32 | events.tweet
