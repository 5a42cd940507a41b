"""What the request asks, resolved once and read by every stage."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.batch import Rows


@dataclass(frozen=True, slots=True)
class Query:
    viewer: int  # row in the table of users; -1 for somebody we have never met
    now: int  # unix seconds: the only clock that a stage may read
    limit: int
    seed: int  # where chance comes from: the same for the same viewer, moment and model
    following: Rows  # whom the viewer follows, in the order of rows
    sensitive_ok: bool = False  # the viewer asked to see adult content
