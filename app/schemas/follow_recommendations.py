"""Whom to follow, and why."""

from __future__ import annotations

from app.schemas.strict import Strict


class Reasons(Strict):
    """What each reason contributes to the score; they add up to it."""

    friends: float
    """People whom the viewer follows follow them."""
    follows_you: float
    """They follow the viewer."""
    taste: float
    """They are near the viewer's taste."""
    newly_joined: float
    """They have joined lately."""
    popular: float
    """Many follow them."""


class FollowRecommendation(Strict):
    user_id: str
    score: float
    """How much there is to recommend them, in 0–1."""
    reasons: Reasons
    followed_by: list[str]
    """Some of the people whom the viewer follows and who follow them, the closest first."""


class FollowRecommendations(Strict):
    items: list[FollowRecommendation]
