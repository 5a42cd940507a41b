"""The answer of the recommender: people, their scores and the reasons for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.pipeline.batch import Column, Rows


@dataclass(frozen=True, slots=True)
class Recommended:
    """People, best first. The reasons of each add up to the score, which lies in 0–1."""

    user: Rows
    score: Column
    reasons: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.user)
