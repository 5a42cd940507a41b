"""The open connections of a process: how many there may be, and how long one may keep us waiting.

Clients that open connections and send nothing must not take the places of those that ask. Where
all places are taken, the connection that has waited longest for its client makes room.
"""

from __future__ import annotations

import asyncio
import resource
from collections import OrderedDict
from typing import Final, Literal, Protocol

from app.observability.refusals import logger
from app.settings import Settings

SWEEP_SECONDS: Final = 0.5
SPARE: Final = 16  # connections beyond the limit, for probes
OWN_FILES: Final = 48  # that a process holds for its log, models and sockets


class Connection(Protocol):
    """What the registry asks of a connection."""

    proven: bool  # it has been answered before

    def overdue(self, now: float) -> str | None:
        """Why it has kept us waiting for too long; None where it has not."""
        ...

    def drop(self, reason: str) -> None:
        """Close it, whatever it waits for."""
        ...


class Connections:
    def __init__(self, settings: Settings, files: int | None = None) -> None:
        """
        Args:
            files: how many files the process may hold open; by default what the system allows.
        """
        self.header_seconds = settings.header_seconds
        self.idle_seconds = settings.idle_seconds
        self.limit = min(settings.max_connections, places(files or _soft_limit()))
        self._open: set[Connection] = set()
        self._waiting: dict[bool, OrderedDict[Connection, None]] = {
            False: OrderedDict(), True: OrderedDict()
        }  # by `proven`; the one that waits longest is the first  # fmt: skip
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    @property
    def waiting(self) -> int:
        """How many of them wait for their client."""
        return sum(map(len, self._waiting.values()))

    def admit(self, connection: Connection) -> Literal["open", "probes", "refused"]:
        """Take up a new connection: for all it asks, for probes alone, or not at all."""
        if len(self._open) >= self.limit:
            self._make_room()
        excess = len(self._open) - self.limit
        if excess >= SPARE:
            return "refused"
        self._open.add(connection)
        self.waits(connection)
        if self._sweep is None:
            self._schedule()
        return "probes" if excess >= 0 else "open"

    def waits(self, connection: Connection) -> None:
        """From now on it waits for its client, and may have to make room."""
        self.answers(connection)
        self._waiting[connection.proven][connection] = None

    def answers(self, connection: Connection) -> None:
        """Its client has sent a whole request: it makes no room until it is answered."""
        for waiting in self._waiting.values():
            waiting.pop(connection, None)

    def closed(self, connection: Connection) -> None:
        """Forget a connection."""
        self._open.discard(connection)
        self.answers(connection)

    def _make_room(self) -> None:
        """Close the connection that waits longest, of those never answered if there are any."""
        waiting = self._waiting[False] or self._waiting[True]
        if waiting:
            oldest, _ = waiting.popitem(last=False)
            self._open.discard(oldest)
            logger.warning("a waiting connection was closed: %s", f"all {self.limit} were taken")
            oldest.drop("all connections are taken")

    def _schedule(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._drop_overdue)

    def _drop_overdue(self) -> None:
        self._sweep = None
        now = asyncio.get_running_loop().time()
        for connection in list(self._open):
            if (reason := connection.overdue(now)) is not None:
                logger.info(f"a connection was closed: {reason}")
                connection.drop(reason)
        if self._open:
            self._schedule()


def burst(files: int) -> int:
    """How many connections may be accepted in one turn of the event loop: those that make room are
    closed a turn later, so their files are still held."""
    return max(1, min(64, files // 32))


def places(files: int) -> int:
    """How many connections leave enough files for everything else."""
    return max(8, files - OWN_FILES - 3 * burst(files))


def _soft_limit() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if soft == resource.RLIM_INFINITY else soft


def accepted_at_once() -> int:
    """`burst` of this process."""
    return burst(_soft_limit())
