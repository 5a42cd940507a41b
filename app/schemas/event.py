"""An event: one action of one user."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from app.schemas.strict import Strict
from app.schemas.values import EventId, Id, Instant, Moment
from ml import text
from ml.actions import BY_LABEL, ON_TEXTS, ON_USERS, UNDOES, Action

MAX_MUTED: Final = 253  # characters: as long as a domain may be


IMPRESSION: Final = Action.IMPRESSION.label


DWELL: Final = Action.DWELL.label


ABOUT_USERS: Final = frozenset(action.label for action in ON_USERS)


ABOUT_TEXTS: Final = {action.label: action for action in ON_TEXTS}


ACTIONS: Final = (*BY_LABEL, IMPRESSION)


def _known_action(name: str) -> str:
    if name not in ACTIONS:
        raise ValueError(f"there is no action {name!r}; expected one of {' '.join(ACTIONS)}")
    return name


class EventIn(Strict):
    """One action of one user."""

    event_id: EventId | None = None
    """Any text, by which a repetition is recognised; without it every copy counts."""
    action: Annotated[str, AfterValidator(_known_action)]
    user_id: Id
    tweet_id: Id | None = None
    target_user_id: Id | None = None
    created_at: Moment = None
    value: Annotated[float | None, Field(allow_inf_nan=False, strict=True)] = None
    """Of a dwell: seconds."""
    request_id: Id | None = None
    position: Annotated[int | None, Field(ge=0, le=100_000, strict=True)] = None
    text: Annotated[str | None, Field(max_length=MAX_MUTED)] = None
    """The word, phrase or domain that is muted, or no longer."""
    expires_at: Instant | None = None
    """Until when it is muted, RFC 3339 or unix seconds; for good, if not given."""

    @model_validator(mode="after")
    def _names_what_it_is_about(self) -> EventIn:
        if self.action in ABOUT_TEXTS:
            _can_be_muted(ABOUT_TEXTS[self.action], self)
            return self
        if self.text is not None or self.expires_at is not None:
            raise ValueError(f"{self.action} is not about a text, so it has no text or expires_at")
        if self.action in ABOUT_USERS:
            if self.target_user_id is None:
                raise ValueError(f"{self.action} needs a target_user_id")
            if self.target_user_id == self.user_id:
                raise ValueError(f"nobody can {self.action} themselves")
        elif self.tweet_id is None:
            raise ValueError(f"{self.action} needs a tweet_id")
        elif self.target_user_id is not None:
            raise ValueError(f"{self.action} is about a tweet, so it has no target_user_id")
        if self.action == DWELL and self.value is not None and self.value < 0:
            raise ValueError("a dwell is a number of seconds, from 0")
        if self.action == IMPRESSION and self.request_id is None:
            raise ValueError("an impression needs the request_id of the timeline it was part of")
        return self


def _can_be_muted(action: Action, given: EventIn) -> None:
    if given.tweet_id is not None or given.target_user_id is not None:
        raise ValueError(f"{action.label} is about a text, so it has no tweet_id or target_user_id")
    if action in UNDOES and given.expires_at is not None:
        raise ValueError(f"{action.label} holds until it is muted again, so it has no expires_at")
    if UNDOES.get(action, action) is Action.MUTE_DOMAIN:
        if given.text is None or text.domain(given.text) is None:
            raise ValueError(f"{action.label} needs a text that is a domain, such as example.com")
    elif given.text is None or text.phrase(given.text) is None:
        raise ValueError(
            f"{action.label} needs a text: a word, or a phrase of up to {text.MAX_TOKENS} words"
        )
