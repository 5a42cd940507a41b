"""Was it logged what people were shown, before they engaged?"""

from __future__ import annotations

from typing import Final

import numpy as np

from ml.actions import ENGAGEMENTS, Action
from ml.state.events import Events
from ml.state.structures.pair_index import PairIndex

NEVER_SHOWN: Final = np.iinfo(np.int64).max  # later than any time
ENOUGH: Final = 0.5  # of the engagements must follow an impression


def is_logged(events: Events) -> bool:
    """Whether most engagements follow an impression of the same tweet by the same user.

    Where they do, a feed wrote down what it showed, and the heads learn from that what people want
    of what they see. Where they do not, only what people chose of everything is known.
    """
    engaged = events[np.isin(events.action, ENGAGEMENTS) & (events.tweet >= 0)]
    if not len(engaged):
        return False
    pairs = PairIndex()
    row = pairs.add(engaged.user, engaged.tweet)
    first = np.full(len(pairs), NEVER_SHOWN)
    for part in events.parts():
        shown = part[part.action == Action.IMPRESSION]
        met = pairs.find(shown.user, shown.tweet)
        np.minimum.at(first, met[met >= 0], shown.at[met >= 0])
    return bool((first[row] <= engaged.at).mean() >= ENOUGH)
