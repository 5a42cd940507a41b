"""A feed with other settings, and how it differs from that in use."""

from __future__ import annotations

from app.schemas.difference import Difference
from app.schemas.steering import PreferenceView, UnclearView
from app.schemas.strict import Strict
from app.schemas.timeline import Timeline


class IdleView(Strict):
    override: str
    because: str


class PreviewTimeline(Timeline):
    without_effect: list[IdleView] | None = None
    """The overrides that change nothing in the product that answered, each with the reason."""
    difference: Difference | None = None
    """Only where `compare` was asked for."""
    understood: list[PreferenceView] | None = None
    """Of the `sentence`, if there was one."""
    not_understood: list[UnclearView] | None = None
