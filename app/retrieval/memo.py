"""Remembers what does not depend on the viewer: one computation per moment and state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from ml.state.feature_state import FeatureState

T = TypeVar("T")


class Memo(Generic[T]):
    """A function of the moment and of the state, which remembers its last answer.

    It is computed again for another moment, and whenever the state has changed.
    """

    def __init__(self, state: FeatureState, answer: Callable[[int], T]) -> None:
        self._state = state
        self._answer = answer
        self._last: tuple[int, int, T] | None = None

    def __call__(self, now: int) -> T:
        last, version = self._last, self._state.version
        if last is not None and last[0] == now and last[1] == version:
            return last[2]
        answer = self._answer(now)
        self._last = now, version, answer
        return answer
