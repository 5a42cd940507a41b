"""Admits viewers who follow few people, and so may run out of their tweets."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class FollowsFew:
    at_most: int

    def admits(self, query: Query) -> bool:
        return len(query.neighborhood.following) <= self.at_most
