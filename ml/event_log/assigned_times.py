"""Times that the log assigns: each later than those of all earlier entries of its user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ml.event_log.record import Entry, Kind


class AssignedTimes:
    """The times of the entries of one transaction, asked for in their order."""

    def __init__(self, newest: Mapping[str, int]) -> None:
        """
        Args:
            newest: the newest time of each of `users_of` the entries before, in microseconds.
        """
        self._newest = dict(newest)

    def of(self, entry: Entry) -> int:
        """The time of an entry; one that is assigned is later than all of its user's before."""
        at, user = entry.at, entry.user
        if user is None or entry.kind == Kind.SERVED:
            return at
        newest = self._newest.get(user)
        if entry.assigned and newest is not None:
            at = max(at, newest + 1)
        self._newest[user] = at if newest is None else max(newest, at)
        return at


def users_of(entries: Sequence[Entry]) -> list[str]:
    """The users some of whose times are assigned."""
    return [*{one.user: None for one in entries if one.assigned and one.user is not None}]
