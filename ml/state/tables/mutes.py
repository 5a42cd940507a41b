"""Words and domains that viewers do not want to read: last-writer-wins, until they expire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ml import text
from ml.actions import UNDOES, Action
from ml.arrays import Hashes
from ml.state.structures.packed import Numbers
from ml.state.tables.users import Users
from ml.state.tables.wording import joined

NO_END: Final = np.iinfo(np.int64).max  # expires_at of what does not expire


class Muting(NamedTuple):
    """Somebody mutes a word or a domain, or takes that back."""

    at: int
    tiebreak: int
    action: int
    user: int
    text: str  # as the viewer wrote it
    expires_at: int = NO_END  # unix seconds


class Mute(NamedTuple):
    """The latest word on one text: since when, whether it is muted, and until when."""

    at: int
    tiebreak: int
    is_on: bool
    expires_at: int


@dataclass(frozen=True, slots=True)
class MutedTexts:
    """What a viewer has muted at a moment, as hashes."""

    phrases: Mapping[int, Hashes]  # by their number of tokens
    domains: Numbers


class Mutes:
    """For each viewer, action and text the latest event, so that their order does not matter."""

    def __init__(self) -> None:
        self._of: dict[int, dict[tuple[int, str], Mute]] = {}

    def __iter__(self) -> Iterator[tuple[int, int, str, Mute]]:
        """The viewer, the action, the text and its mute."""
        for user, mutes in self._of.items():
            for (action, name), mute in mutes.items():
                yield user, action, name, mute

    def apply(self, mutings: Sequence[Muting], users: Users) -> None:
        """Mute and unmute; what its user had erased since is left out, and so is a text in which
        there is nothing to look for."""
        for one in mutings:
            action = UNDOES.get(Action(one.action), Action(one.action))
            name = muted_name(action, one.text)
            erased = int(users.erased_at[one.user]), int(users.erased_tiebreak[one.user])
            if name is not None and (one.at, one.tiebreak) > erased:
                mute = Mute(one.at, one.tiebreak, action == one.action, one.expires_at)
                self.put(one.user, action, name, mute)

    def put(self, user: int, action: int, name: str, mute: Mute) -> None:
        """Write a mute, unless a later one is there."""
        mutes = self._of.setdefault(user, {})
        before = mutes.get((action, name))
        if before is None or mute[:2] >= before[:2]:
            mutes[action, name] = mute

    def of(self, viewer: int, now: int) -> MutedTexts | None:
        """What a viewer has muted at `now`; None where that is nothing."""
        active = [key for key, mute in self._of.get(viewer, {}).items() if is_active(mute, now)]
        if not active:
            return None
        phrases: dict[int, list[int]] = {}
        domains: list[str] = []
        for action, name in active:
            if action == Action.MUTE_DOMAIN:
                domains.append(name)
            else:
                tokens = text.hashed(name.split(" "))
                phrases.setdefault(len(tokens), []).append(joined(tokens))
        return MutedTexts(
            {count: np.array(some, np.uint64) for count, some in phrases.items()},
            np.array(text.hashed(domains), np.uint32),
        )

    def forget(self, user: int, at: int, tiebreak: int) -> None:
        """Forget what a viewer muted until then."""
        mutes = self._of.pop(user, {})
        kept = {key: mute for key, mute in mutes.items() if mute[:2] > (at, tiebreak)}
        if kept:
            self._of[user] = kept

    def drop(self, horizon: int) -> None:
        """Drop what was taken back or expired before `horizon`."""
        self._of = {
            user: kept
            for user, mutes in self._of.items()
            if (kept := {key: one for key, one in mutes.items() if not _is_past(one, horizon)})
        }


def muted_name(action: int, given: str) -> str | None:
    """The form in which a muted text is kept and compared; None where it holds nothing."""
    return text.domain(given) if action == Action.MUTE_DOMAIN else text.phrase(given)


def is_active(mute: Mute, now: int) -> bool:
    """Whether it hides anything at `now`."""
    return mute.is_on and now < mute.expires_at


def _is_past(mute: Mute, horizon: int) -> bool:
    return mute.at < horizon and (not mute.is_on or mute.expires_at < horizon)
