"""Remembers what does not depend on the viewer: one computation per moment and version."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """A function of the moment and of something that has versions, which remembers its last answer.

    It is computed again for another moment, and for another version of what it reads.
    """

    def __init__(self, answer: Callable[[int], T], version: Callable[[], Hashable]) -> None:
        self._answer = answer
        self._version = version
        self._last: tuple[int, Hashable, T] | None = None

    def __call__(self, now: int) -> T:
        last, version = self._last, self._version()
        if last is not None and last[0] == now and last[1] == version:
            return last[2]
        answer = self._answer(now)
        self._last = now, version, answer
        return answer
