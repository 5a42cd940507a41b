"""The last pages of each viewer, which the state learns from the log only a moment later."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np

from app.pipeline.batch import Rows
from app.pipeline.query import nobody

MAX_VIEWERS: Final = 10_000  # those served last
MAX_PAGES: Final = 20  # per viewer
MAX_REQUESTS: Final = 20_000  # those answered last


class JustServed:
    """Tweets that were served so recently that the state may not know of it."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, list[tuple[int, Rows]]] = OrderedDict()
        self._requests: OrderedDict[int, list[tuple[int, Rows]]] = OrderedDict()  # by their keys

    def add(self, viewer: int, tweet: Rows, now: int) -> None:
        """Add a page that was served to a viewer."""
        pages = self._pages.setdefault(viewer, [])
        pages.append((now, tweet))
        del pages[:-MAX_PAGES]
        self._pages.move_to_end(viewer)
        if len(self._pages) > MAX_VIEWERS:
            self._pages.popitem(last=False)

    def answer(self, request: int, tweet: Rows, now: int) -> None:
        """Add the answer to a request, by its key; whose it is, is in the key."""
        self._requests.setdefault(request, []).append((now, tweet))
        if len(self._requests) > MAX_REQUESTS:
            self._requests.popitem(last=False)

    def in_request(self, request: int, tweet: int) -> int | None:
        """When a tweet was in the answer to a request; None if it was not, or long ago."""
        answers = self._requests.get(request, ())
        return next((then for then, tweets in answers if tweet in tweets), None)

    def since(self, viewer: int, at: int) -> Rows:
        """The tweets that were served to a viewer at `at` or later, page by page."""
        pages = [tweet for then, tweet in self._pages.get(viewer, ()) if then >= at]
        return np.concatenate(pages) if pages else nobody()

    def forget(self) -> None:
        """Drop every page: rows of tweets have changed, and the state knows the pages by now."""
        self._pages.clear()
        self._requests.clear()
