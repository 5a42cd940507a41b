"""The last pages of each viewer, which the state learns from the log only a moment later."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

from app.pipeline.batch import Rows
from app.pipeline.query import NOBODY

MAX_VIEWERS: Final = 10_000  # those served last
MAX_PAGES: Final = 20  # per viewer
MAX_REQUESTS: Final = 20_000  # those answered last


class _Page(NamedTuple):
    """What was served at once."""

    at: int
    generation: int  # of its rows
    tweet: Rows
    source: Sequence[str]  # of each; empty where nobody asks for it


class JustServed:
    """Tweets that were served so recently that the state may not know of it."""

    def __init__(self) -> None:
        self._pages: OrderedDict[int, tuple[_Page, ...]] = OrderedDict()
        self._requests: OrderedDict[int, tuple[_Page, ...]] = OrderedDict()  # by their keys
        self._generation = 0  # of the rows of tweets
        self._new: Rows = NOBODY  # where each row of the generation before is now

    def add(self, viewer: int, tweet: Rows, now: int, source: Sequence[str]) -> None:
        """Add a page that was served to a viewer, with the source of each tweet."""
        page = _Page(now, self._generation, tweet, source)
        self._pages[viewer] = (*self._pages.pop(viewer, ())[1 - MAX_PAGES :], page)
        if len(self._pages) > MAX_VIEWERS:
            self._pages.popitem(last=False)

    def answer(self, request: int, tweet: Rows, now: int) -> None:
        """Add the answer to a request, by its key; whose it is, is in the key."""
        page = _Page(now, self._generation, tweet, ())
        self._requests[request] = (*self._requests.get(request, ()), page)
        if len(self._requests) > MAX_REQUESTS:
            self._requests.popitem(last=False)

    def in_request(self, request: int, tweet: int) -> int | None:
        """When a tweet was in the answer to a request; None if it was not, or long ago."""
        answers = self._requests.get(request, ())
        return next((page.at for page in answers if tweet in self._now(page)), None)

    def knows(self, viewer: int) -> bool:
        """Whether a page was served to a viewer, and is not forgotten."""
        return viewer in self._pages

    def source(self, viewer: int, tweet: int) -> str | None:
        """The source of a tweet when it was last served to a viewer; None if it was not lately."""
        for page in reversed(self._pages.get(viewer, ())):
            places = (self._now(page) == tweet).nonzero()[0]
            if len(places):
                return page.source[int(places[0])]
        return None

    def since(self, viewer: int, at: int) -> list[Rows]:
        """The tweets that were served to a viewer at `at` or later, page by page."""
        return [self._here(page) for page in self._pages.get(viewer, ()) if page.at >= at]

    def renumber(self, new: Rows) -> None:
        """The tweets have other rows; `new` is the row of each after that, -1 for none. The state
        knows all pages from before the last time that this happened."""
        self._generation += 1
        self._new = new

    def _now(self, page: _Page) -> Rows:
        """The rows of its tweets now, -1 where one is gone; none where that is not known."""
        if page.generation == self._generation:
            return page.tweet
        if page.generation < self._generation - 1:
            return NOBODY
        return self._new[page.tweet]

    def _here(self, page: _Page) -> Rows:
        """The rows now of those of its tweets that are not gone."""
        if page.generation == self._generation:
            return page.tweet
        now = self._now(page)
        return now[now >= 0]
