"""Offers are the tweets that a session could show; slates are those that it showed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.users import Rows


@dataclass(frozen=True, slots=True)
class Offers:
    """One row per session and tweet that a channel may show; `share` is the chance that the
    channel thought of it at all, `weight` how much it then favours it."""

    session: Rows
    tweet: Rows
    author: Rows
    channel: Rows
    weight: NDArray[np.float64]
    share: NDArray[np.float64]

    def take(self, which: NDArray[Any]) -> Offers:
        """The rows of a mask or of an order."""
        return Offers(*(getattr(self, field.name)[which] for field in fields(self)))

    @classmethod
    def together(cls, parts: Sequence[Offers]) -> Offers:
        names = [field.name for field in fields(cls)]
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True, slots=True)
class Slates:
    """One row per impression, by session and from the top."""

    session: Rows
    tweet: Rows
    position: Rows
    propensity: NDArray[np.float64]  # P(this session shows this tweet)
