"""A feed with other settings, and how it differs from that in use."""

from __future__ import annotations

from app.schemas.difference import Difference
from app.schemas.steering import PreferenceView, UnclearView
from app.schemas.timeline import Timeline


class PreviewTimeline(Timeline):
    difference: Difference | None = None
    """Only where `compare` was asked for."""
    understood: list[PreferenceView] | None = None
    """Of the `sentence`, if there was one."""
    not_understood: list[UnclearView] | None = None
