"""Answers to be replayed: kept in memory at once, and in a file a moment later."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from socket import gethostname
from typing import Final, Self

from app.serving.answer_file import Answer, AnswerFile
from app.settings import Settings
from ml.event_log.open_log import is_url
from ml.event_log.port import EventLog
from ml.event_log.record import Kind, Record

SECONDS_BETWEEN_WRITES: Final = 0.2
MOST_WAITING: Final = 5_000  # answers; no more are kept while these cannot be written
ATTEMPTS: Final = 3  # to find what another process may be about to write
MEGABYTE: Final = 1_000_000
RECORDS: Final = 10_000  # read at once, and at most read again after a crash


class KeptAnswers:
    """Nobody waits for an answer to be written; it is found at once all the same."""

    def __init__(self, file: AnswerFile, hours: float, is_shared: bool) -> None:
        """
        Args:
            hours: for how long an answer is kept.
            is_shared: whether other processes write to the same file.
        """
        self.hours = hours
        self._file = file
        self._attempts = ATTEMPTS if is_shared else 1
        self._waiting: deque[Answer] = deque()
        self._writing = asyncio.Lock()
        self._left: set[str] = set()  # erased, and not forgotten here yet
        self._known = 0  # up to this offset it is known who was erased
        self._marked = 0
        self._has_missed = True  # before this process began

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Those that the settings ask to keep, if any."""
        if settings.replay_hours == 0:
            return None
        file = AnswerFile(_file(settings), settings.replay_megabytes * MEGABYTE)
        return cls(file, settings.replay_hours, settings.workers > 1)

    def keep(self, answer: Answer) -> None:
        """Keep an answer, unless too many wait to be written."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(answer)

    async def find(self, request_id: str, user_id: str | None, now: int) -> Answer | None:
        """The newest answer under a request id that is not too old.

        Args:
            user_id: to whom; None for anybody.
        """
        for attempt in range(self._attempts):
            await asyncio.sleep(SECONDS_BETWEEN_WRITES if attempt else 0)
            found = self._unwritten(request_id, user_id)
            if found is None:
                found = await asyncio.to_thread(self._file.find, request_id, user_id)
            if found is not None:
                return found if now - found.at < self.hours * 3600 else None
        return None

    async def count(self, user_id: str) -> int:
        """How many answers to a person are kept."""
        await self.write()
        return await asyncio.to_thread(self._file.count, user_id)

    async def write(self) -> None:
        """Write what waits.

        Raises:
            LogError: it cannot be written, and waits on.
        """
        async with self._writing:
            if some := list(self._waiting):
                await asyncio.to_thread(self._file.put, some)
                for _ in some:
                    self._waiting.popleft()

    def observe(self, records: Sequence[Record]) -> None:
        """Note who was erased, wherever it was asked for; they are forgotten in a moment."""
        self._left |= _left(records)
        self._known = records[-1].offset

    def miss(self) -> None:
        """Records were applied that nobody observed."""
        self._has_missed = True

    async def follow(self, log: EventLog, applied: int) -> None:
        """Write what waits, and forget who was erased up to an offset that was applied.

        Raises:
            LogError: the log cannot be read, or the file not be written; this goes on next time.
        """
        await self.write()
        if self._has_missed:
            self._has_missed = False  # `miss` may be called while this reads
            upto = max(applied, self._known)  # what was missed lies before what was observed since
            try:
                self._left |= await asyncio.to_thread(self._missed, log, upto)
            except BaseException:
                self._has_missed = True
                raise
            if self._has_missed:  # again, meanwhile; it is read the next time
                return
            self._known = max(self._known, upto)
        known = self._known  # what is observed from here on is forgotten next time
        for user_id in [*self._left]:
            await self.forget(user_id)
            self._left.discard(user_id)
        if not self._marked or known - self._marked >= RECORDS:
            await asyncio.to_thread(self._file.mark_erased, known)
            self._marked = known

    def _missed(self, log: EventLog, applied: int) -> set[str]:
        """Who was erased while this process was away."""
        left: set[str] = set()
        through = self._file.erased_through()
        while through is not None and through < applied:
            records = log.read(through, RECORDS, with_pools=False)
            left |= _left(records)
            through = records[-1].offset if records else applied
        return left

    async def expire(self, now: int) -> None:
        """Drop what is too old."""
        await asyncio.to_thread(self._file.expire, now - int(self.hours * 3600))

    async def forget(self, user_id: str) -> None:
        """Drop all that was served to a person."""
        await self.write()
        await asyncio.to_thread(self._file.forget, user_id)

    async def close(self) -> None:
        """Write what waits, and close the file."""
        try:
            await self.write()
        finally:
            await asyncio.to_thread(self._file.close)

    def _unwritten(self, request_id: str, user_id: str | None) -> Answer | None:
        found = (
            one
            for one in reversed(self._waiting)
            if one.request_id == request_id and user_id in (None, one.user_id)
        )
        return next(found, None)


def _left(records: Sequence[Record]) -> set[str]:
    """Who was erased."""
    gone = (record.entry for record in records if record.entry.kind == Kind.DELETE_USER)
    return {entry.user for entry in gone if entry.user is not None}


def _file(settings: Settings) -> Path:
    """Beside a log that is a file; where the log is in a database, each replica has its own, for
    their folder may be on a network, which SQLite must not share."""
    log = settings.log_file
    if is_url(settings.log_location):
        log = log.with_name(f"{log.name}.{gethostname()}-{settings.port}")
    return file_of(log)


def file_of(log: Path) -> Path:
    """The file of answers beside a log."""
    return log.with_name(f"{log.name}.answers")
