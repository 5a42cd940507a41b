"""What is kept of one person."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue

from app.schemas.strict import Strict


class OwnData(Strict):
    user_id: str
    as_of: datetime
    memory: dict[str, JsonValue]
    """What the service knows now: profile, tweets, actions, what was seen and served, mutes,
    preferences. Empty for somebody who is not known."""
    log: list[dict[str, JsonValue]]
    """Every record about them that was written since the tables were imported, oldest first; empty
    where no log is kept."""
    answers: int | None
    """How many whole answers are kept for replay; null where none are."""
