"""What is on its way to a viewer, before the log has told the state of it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np

from app.pipeline.batch import Rows
from app.pipeline.query import nobody

VIEWERS: Final = 10_000  # the last to be served
PAGES: Final = 20  # of each


class JustServed:
    """The last pages of each viewer. The state knows them as well, a moment later."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, list[tuple[int, Rows]]] = OrderedDict()

    def add(self, viewer: int, tweet: Rows, now: int) -> None:
        """These tweets were served to a viewer."""
        pages = self._pages.setdefault(viewer, [])
        pages.append((now, tweet))
        del pages[:-PAGES]
        self._pages.move_to_end(viewer)
        if len(self._pages) > VIEWERS:
            self._pages.popitem(last=False)

    def since(self, viewer: int, at: int) -> Rows:
        """What was served to a viewer at `at` or later, page by page."""
        pages = [tweet for then, tweet in self._pages.get(viewer, ()) if then >= at]
        return np.concatenate(pages) if pages else nobody()

    def forget(self) -> None:
        """Rows of tweets have changed; the state knows by now."""
        self._pages.clear()
