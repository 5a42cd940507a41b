"""Remembers what was found for the last query: a source may be asked twice for one request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from app.pipeline.query import Query

T = TypeVar("T")


class LastQuery(Generic[T]):
    """A function of a query that remembers its last answer; nothing changes the state while one
    query is answered."""

    def __init__(self, answer: Callable[[Query], T]) -> None:
        self._answer = answer
        self._last: tuple[Query, T] | None = None

    def __call__(self, query: Query) -> T:
        if self._last is None or self._last[0] is not query:
            self._last = query, self._answer(query)
        return self._last[1]
