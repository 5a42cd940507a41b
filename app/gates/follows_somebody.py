"""Admits viewers who follow somebody."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.query import Query


@dataclass(frozen=True, slots=True)
class FollowsSomebody:
    def admits(self, query: Query) -> bool:
        return len(query.neighborhood.following) > 0
