"""What viewers want of their feeds: last-writer-wins, until it expires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ml.preferences import AUTHOR, REVOKE
from ml.state.tables.mutes import NO_END
from ml.state.tables.users import Users


class Wish(NamedTuple):
    """Somebody wants something of their feed, or takes that back."""

    at: int
    tiebreak: int
    user: int
    kind: str  # of `ml.preferences.KINDS`
    name: str
    verb: str  # of `ml.preferences.VERBS`
    expires_at: int = NO_END  # unix seconds


class Wanted(NamedTuple):
    """The latest wish about one thing."""

    at: int
    tiebreak: int
    verb: str
    expires_at: int


class Preference(NamedTuple):
    """A wish that holds."""

    kind: str
    name: str
    verb: str
    since: int  # unix seconds
    expires_at: int  # likewise; NO_END where it does not


class Preferences:
    """For each viewer, kind and name the latest wish, so that their order does not matter."""

    def __init__(self) -> None:
        self._of: dict[int, dict[tuple[str, str], Wanted]] = {}

    def __iter__(self) -> Iterator[tuple[int, str, str, Wanted]]:
        """The viewer, the kind, the name and the wish."""
        for user, wishes in self._of.items():
            for (kind, name), wanted in wishes.items():
                yield user, kind, name, wanted

    def of(self, viewer: int, now: int) -> list[Preference]:
        """What a viewer wants at `now`, the oldest first."""
        wishes = self._of.get(viewer)
        if not wishes:
            return []
        found = [
            Preference(kind, name, one.verb, one.at, one.expires_at)
            for (kind, name), one in wishes.items()
            if one.verb != REVOKE and now < one.expires_at
        ]
        return sorted(found, key=lambda one: (one.since, one.kind, one.name))

    def apply(self, wishes: Sequence[Wish], users: Users) -> None:
        """Apply wishes in any order; what its user had erased since is left out, and so is what is
        about an author who was."""
        for one in wishes:
            about = users.ids.row(one.name) if one.kind == AUTHOR else None
            if not any(_is_erased(users, who, one) for who in (one.user, about)):
                wanted = Wanted(one.at, one.tiebreak, one.verb, one.expires_at)
                self.put(one.user, one.kind, one.name, wanted)

    def put(self, user: int, kind: str, name: str, wanted: Wanted) -> None:
        """Write a wish, unless a later one is there."""
        wishes = self._of.setdefault(user, {})
        before = wishes.get((kind, name))
        if before is None or wanted[:2] >= before[:2]:
            wishes[kind, name] = wanted

    def forget(self, user: int, user_id: str, at: int, tiebreak: int) -> None:
        """Forget what a user wanted until then, and what others wanted of them."""
        self._of = {
            who: kept
            for who, wishes in self._of.items()
            if (
                kept := {
                    key: one
                    for key, one in wishes.items()
                    if (who != user and key != (AUTHOR, user_id)) or one[:2] > (at, tiebreak)
                }
            )
        }

    def drop(self, horizon: int) -> None:
        """Drop what was taken back or expired before `horizon`."""
        self._of = {
            user: kept
            for user, wishes in self._of.items()
            if (kept := {key: one for key, one in wishes.items() if not _is_past(one, horizon)})
        }


def _is_erased(users: Users, user: int | None, wish: Wish) -> bool:
    if user is None:
        return False
    erased = int(users.erased_at[user]), int(users.erased_tiebreak[user])
    return (wish.at, wish.tiebreak) <= erased


def _is_past(one: Wanted, horizon: int) -> bool:
    return one.at < horizon and (one.verb == REVOKE or one.expires_at < horizon)
