"""Whoever waits to write at the same time is written together: one fsync for all of them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Final

from ml.errors import LogError, LogFullError
from ml.event_log.port import Appended, EventLog
from ml.event_log.record import Entry

MAX_QUEUED_ENTRIES: Final = 10_000  # entries
MAX_BATCH_ENTRIES: Final = 5_000  # entries in one transaction
QUIET_SECONDS: Final = 0.1  # for which what nobody waits for is gathered
QUIET_PATIENCE: Final = 2  # times as many may wait where nobody can be told to come back

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Submission:
    """What one caller wants written; where `quiet`, nobody waits for it."""

    entries: Sequence[Entry]
    quiet: bool = False
    future: Future[Appended] = field(default_factory=Future)


class GroupCommit:
    """The one thread that appends; it takes what has gathered while it was last writing."""

    def __init__(
        self,
        log: EventLog,
        max_queued_entries: int = MAX_QUEUED_ENTRIES,
        max_batch_entries: int = MAX_BATCH_ENTRIES,
    ) -> None:
        self._log = log
        self._most_waiting = max_queued_entries
        self._most_together = max_batch_entries
        self._queue: deque[Submission] = deque()
        self._waiting = 0
        self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Entries that no transaction has taken yet."""
        return self._waiting

    def submit(self, entries: Sequence[Entry]) -> Future[Appended]:
        """Done when they are on disk; cancelled in time, they are not written.

        Raises:
            LogFullError: so many wait that these would have to wait too long.
            LogError: it is closed.
        """
        submission = Submission(entries)
        self._put(submission, self._most_waiting)
        return submission.future

    def submit_quietly(self, entries: Sequence[Entry]) -> None:
        """For what nobody waits for: what goes wrong is logged, and that is all."""
        try:
            self._put(Submission(entries, quiet=True), self._most_waiting * QUIET_PATIENCE)
        except LogError as error:
            logger.error("%d entries were not written: %s", len(entries), error)

    def close(self) -> None:
        """Take nothing more, and return when all that waits is written; the log stays open."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _put(self, submission: Submission, most: int) -> None:
        """Whoever comes first is let in, however much they bring."""
        count = len(submission.entries)
        with self._changed:
            if self._closed:
                raise LogError("the event log takes no more entries: the service is stopping")
            if self._waiting and self._waiting + count > most:
                raise LogFullError(
                    f"{self._waiting:,} entries wait to be written and {most:,} may; "
                    f"send these {count:,} again in a second"
                )
            self._queue.append(submission)
            self._waiting += count
            if not submission.quiet or len(self._queue) == 1:
                self._changed.notify()

    def _run(self) -> None:
        while together := self._next():
            self._write(together)

    def _next(self) -> list[Submission]:
        """What goes into the next transaction; nothing when all is done."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            self._changed.wait_for(self._is_awaited, QUIET_SECONDS)
            together: list[Submission] = []
            count = 0
            while self._queue:
                size = len(self._queue[0].entries)
                if together and count + size > self._most_together:
                    break
                together.append(self._queue.popleft())
                count += size
            self._waiting -= count
        return together

    def _is_awaited(self) -> bool:
        return self._closed or any(not one.quiet for one in self._queue)

    def _write(self, together: list[Submission]) -> None:
        wanted = [one for one in together if one.future.set_running_or_notify_cancel()]
        try:
            self._append(wanted)
        except LogError as error:
            for one in wanted:
                _fail(one, error)
        except Exception as error:
            if len(wanted) == 1:
                _fail(wanted[0], error)
                return
            for one in wanted:  # an entry that cannot be written is nobody else's trouble
                self._write_alone(one)

    def _write_alone(self, submission: Submission) -> None:
        try:
            self._append([submission])
        except Exception as error:
            _fail(submission, error)

    def _append(self, together: list[Submission]) -> None:
        if not together:
            return
        appended = self._log.append([entry for one in together for entry in one.entries])
        start = 0
        for one in together:
            end = start + len(one.entries)
            one.future.set_result(Appended(appended.offset, appended.accepted[start:end]))
            start = end


def _fail(submission: Submission, error: Exception) -> None:
    if submission.quiet:
        logger.error("%d entries were not written: %s", len(submission.entries), error)
    submission.future.set_exception(error)
