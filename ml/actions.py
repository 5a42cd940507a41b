"""The table of actions: everything that can happen, and how it counts."""

from __future__ import annotations

from enum import Enum, IntEnum, unique
from typing import Final


class About(Enum):
    """What an action names."""

    TWEET = "a tweet"
    USER = "a user"
    TEXT = "a word, a phrase or a domain"
    NOTHING = "nothing: it has a table of its own"


class Effect(Enum):
    """How an action counts."""

    EACH = "every time"
    ENGAGEMENT = "once per viewer and tweet, and is a positive example"
    COMPLAINT = "once per pair, and no more than a crowd may"
    MARK = "once per viewer and tweet, in a column of its own"
    RELATION = "once per pair of users"
    HIDES = "once per viewer and text, until it expires"
    UNDO = "takes back the action that it undoes"


@unique
class Action(IntEnum):
    """The table of actions, one row each. Logs and snapshots store the code: never reuse one.

    Columns: code, what it is about, how it counts, the counter that it adds to (its own name if
    it is a mark), the action that it undoes. Codes have no gaps.
    """

    IMPRESSION = 0, About.NOTHING, Effect.EACH, "IMPRESSION"
    LIKE = 1, About.TWEET, Effect.ENGAGEMENT, "LIKE"
    RETWEET = 2, About.TWEET, Effect.ENGAGEMENT, "RETWEET"
    REPLY = 3, About.TWEET, Effect.ENGAGEMENT, "REPLY"
    CLICK = 4, About.TWEET, Effect.EACH, "CLICK"
    DWELL = 5, About.TWEET, Effect.EACH
    NOT_INTERESTED = 6, About.TWEET, Effect.COMPLAINT, "NEGATIVE"
    REPORT = 7, About.TWEET, Effect.COMPLAINT, "REPORT"
    UNLIKE = 8, About.TWEET, Effect.UNDO, "", "LIKE"
    UNRETWEET = 9, About.TWEET, Effect.UNDO, "", "RETWEET"
    FOLLOW = 10, About.USER, Effect.RELATION, "FOLLOW"
    UNFOLLOW = 11, About.USER, Effect.UNDO, "", "FOLLOW"
    MUTE = 12, About.USER, Effect.COMPLAINT, "NEGATIVE"
    UNMUTE = 13, About.USER, Effect.UNDO, "", "MUTE"
    BLOCK = 14, About.USER, Effect.COMPLAINT, "NEGATIVE"
    UNBLOCK = 15, About.USER, Effect.UNDO, "", "BLOCK"
    POST = 16, About.NOTHING, Effect.EACH, "POST"
    MUTE_WORD = 17, About.TEXT, Effect.HIDES
    UNMUTE_WORD = 18, About.TEXT, Effect.UNDO, "", "MUTE_WORD"
    MUTE_DOMAIN = 19, About.TEXT, Effect.HIDES
    UNMUTE_DOMAIN = 20, About.TEXT, Effect.UNDO, "", "MUTE_DOMAIN"

    about: About
    effect: Effect
    counter: str
    undoes: str

    def __new__(
        cls,
        code: int,
        about: About = About.NOTHING,
        effect: Effect = Effect.EACH,
        counter: str = "",
        undoes: str = "",
    ) -> Action:
        """Make the member of one row."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.about, member.effect = about, effect
        member.counter, member.undoes = counter, undoes
        return member

    @property
    def label(self) -> str:
        """The action's name in tables and JSON."""
        return self.name.lower()


ENGAGEMENTS: Final = tuple(a for a in Action if a.effect is Effect.ENGAGEMENT)
ON_TWEETS: Final = tuple(a for a in Action if a.about is About.TWEET)
ON_USERS: Final = tuple(a for a in Action if a.about is About.USER)
ON_TEXTS: Final = tuple(a for a in Action if a.about is About.TEXT)
ONCE_PER_TWEET: Final = tuple(
    a for a in ON_TWEETS if a.effect in (Effect.ENGAGEMENT, Effect.COMPLAINT, Effect.MARK)
)
UNDOES: Final = {a: Action[a.undoes] for a in Action if a.undoes}
BY_LABEL: Final = {action.label: action for action in (*ON_TWEETS, *ON_USERS, *ON_TEXTS)}
