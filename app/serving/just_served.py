"""The last pages of each viewer, which the state learns from the log only a moment later."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from app.pipeline.batch import Rows
from app.pipeline.query import NOBODY

MAX_VIEWERS: Final = 10_000  # those served last
MAX_PAGES: Final = 20  # per viewer
MAX_REQUESTS: Final = 20_000  # those answered last


_Page = tuple[int, int, Rows]  # when, the generation of its rows, and its rows


class JustServed:
    """Tweets that were served so recently that the state may not know of it."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, tuple[_Page, ...]] = OrderedDict()
        self._requests: OrderedDict[int, tuple[_Page, ...]] = OrderedDict()  # by their keys
        self._generation = 0  # of the rows of tweets
        self._new: Rows = NOBODY  # where each row of the generation before is now

    def add(self, viewer: int, tweet: Rows, now: int) -> None:
        """Add a page that was served to a viewer."""
        page = now, self._generation, tweet
        self._pages[viewer] = (*self._pages.pop(viewer, ())[1 - MAX_PAGES :], page)
        if len(self._pages) > MAX_VIEWERS:
            self._pages.popitem(last=False)

    def answer(self, request: int, tweet: Rows, now: int) -> None:
        """Add the answer to a request, by its key; whose it is, is in the key."""
        page = now, self._generation, tweet
        self._requests[request] = (*self._requests.get(request, ()), page)
        if len(self._requests) > MAX_REQUESTS:
            self._requests.popitem(last=False)

    def in_request(self, request: int, tweet: int) -> int | None:
        """When a tweet was in the answer to a request; None if it was not, or long ago."""
        answers = self._requests.get(request, ())
        return next((page[0] for page in answers if tweet in self._now(page)), None)

    def since(self, viewer: int, at: int) -> list[Rows]:
        """The tweets that were served to a viewer at `at` or later, page by page."""
        return [self._now(page) for page in self._pages.get(viewer, ()) if page[0] >= at]

    def renumber(self, new: Rows) -> None:
        """The tweets have other rows; `new` is the row of each after that, -1 for none. The state
        knows all pages from before the last time that this happened."""
        self._generation += 1
        self._new = new

    def _now(self, page: _Page) -> Rows:
        _, generation, tweet = page
        if generation == self._generation:
            return tweet
        if generation < self._generation - 1:
            return NOBODY
        tweet = self._new[tweet]
        return tweet[tweet >= 0]
