"""Group commit: one thread writes all waiting submissions in one transaction, with one fsync."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from threading import Condition, Lock, Thread
from typing import Final, NamedTuple

from ml.errors import LogError, LogFullError
from ml.event_log.port import Appended, EventLog
from ml.event_log.recent_records import RecentRecords
from ml.event_log.record import Entry

MAX_QUEUED_ENTRIES: Final = 10_000  # entries
MAX_BATCH_ENTRIES: Final = 5_000  # entries in one transaction
QUIET_SECONDS: Final = 0.1  # how long quiet submissions are collected before a transaction
QUIET_QUEUE_FACTOR: Final = 2  # quiet submissions cannot be retried, so their queue is longer

logger = logging.getLogger(__name__)


class Submission(NamedTuple):
    """The entries of one caller."""

    entries: Sequence[Entry]
    future: Future[Appended] | None = None  # without one it is quiet: nobody waits for it

    @property
    def quiet(self) -> bool:
        return self.future is None

    def begins(self) -> bool:
        """Whether it is still wanted; from then on it cannot be cancelled."""
        return self.future is None or self.future.set_running_or_notify_cancel()

    def succeed(self, appended: Appended) -> None:
        if self.future is not None:
            self.future.set_result(appended)

    def fail(self, error: Exception) -> None:
        if self.future is None:
            logger.error("%d entries were not written: %s", len(self.entries), error)
        elif not self.future.done():
            self.future.set_exception(error)


class GroupCommit:
    """The only thread that appends; a transaction takes what is queued, up to a limit."""

    def __init__(
        self,
        log: EventLog,
        max_queued_entries: int = MAX_QUEUED_ENTRIES,
        max_batch_entries: int = MAX_BATCH_ENTRIES,
    ) -> None:
        self._log = log
        self._max_queued_entries = max_queued_entries
        self._max_batch_entries = max_batch_entries
        self._queue: deque[Submission] = deque()
        self._waiting = 0
        self._kept: list[Submission] = []  # quiet, and not written by a transaction that failed
        self._failure: str | None = None
        self.recent = RecentRecords()
        self._closed = False
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._thread = Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """The number of entries that are not yet in a transaction."""
        return self._waiting

    @property
    def failure(self) -> str | None:
        """Why some of what should be written is not; None where all is."""
        return self._failure

    def unwritten(self, event_id: str) -> Entry | None:
        """An entry that could not be written yet, and waits until it can."""
        kept = (entry for one in self._kept for entry in one.entries)
        return next((entry for entry in kept if entry.event_id == event_id), None)

    def retry(self) -> None:
        """Write what could not be written, if anything can be by now.

        Raises:
            LogError: nothing can be written yet.
        """
        self._log.probe()
        with self._lock:
            self._failure = None
            self._queue.extendleft(reversed(self._kept))
            self._waiting += sum(len(one.entries) for one in self._kept)
            self._kept = []
            self._changed.notify()

    def submit(self, entries: Sequence[Entry]) -> Future[Appended]:
        """Queue entries; the future is done when they are on disk.

        A future that is cancelled before its transaction begins is not written.

        Raises:
            LogFullError: the queue has no room for these entries.
            LogError: this object is closed.
        """
        future: Future[Appended] = Future()
        self._put(Submission(entries, future), self._max_queued_entries)
        return future

    def submit_quietly(self, entries: Sequence[Entry]) -> None:
        """Queue entries without a future. If they cannot be written they are kept until they can.

        Raises:
            LogFullError: the queue has no room for these entries.
            LogError: this object is closed.
        """
        limit = self._max_queued_entries * QUIET_QUEUE_FACTOR
        self._put(Submission(entries), limit)

    def close(self) -> None:
        """Refuse new entries and return when the queue is written; the log stays open."""
        with self._lock:
            self._closed = True
            self._queue.extendleft(reversed(self._kept))
            self._kept = []
            self._changed.notify()
        self._thread.join()

    def _put(self, submission: Submission, limit: int) -> None:
        """Queue a submission; an empty queue accepts one of any size."""
        count = len(submission.entries)
        with self._lock:
            if self._closed:
                raise LogError("the event log takes no more entries: the service is stopping")
            waiting = self._waiting + sum(len(one.entries) for one in self._kept)
            if waiting and waiting + count > limit:
                raise LogFullError(
                    f"{waiting:,} entries wait to be written and {limit:,} may; "
                    f"send these {count:,} again in a second"
                )
            self._queue.append(submission)
            self._waiting += count
            if len(self._queue) == 1 or not submission.quiet:
                self._changed.notify()

    def _run(self) -> None:
        while together := self._next():
            try:
                self._write(together)
            except Exception as error:
                logger.exception("a transaction failed in a way that nobody foresaw")
                for one in together:
                    one.fail(error)

    def _next(self) -> list[Submission]:
        """The submissions of the next transaction; empty when closed and all are written."""
        with self._lock:
            self._changed.wait_for(lambda: self._queue or self._closed)
            self._changed.wait_for(self._is_awaited, QUIET_SECONDS)
            together: list[Submission] = []
            count = 0
            while self._queue:
                size = len(self._queue[0].entries)
                if together and count + size > self._max_batch_entries:
                    break
                together.append(self._queue.popleft())
                count += size
            self._waiting -= count
        return together

    def _is_awaited(self) -> bool:
        return self._closed or any(not one.quiet for one in self._queue)

    def _write(self, together: list[Submission]) -> None:
        wanted = [one for one in together if one.begins()]
        try:
            self._append(wanted)
        except LogError as error:
            self._keep(wanted, error)
        except Exception as error:
            if len(wanted) == 1:
                wanted[0].fail(error)
                return
            for one in wanted:  # so that one bad submission does not fail the others
                self._write_alone(one)

    def _keep(self, unwritten: list[Submission], error: LogError) -> None:
        """Keep the quiet ones until there is a retry, and fail the others."""
        self._failure = str(error)
        for one in unwritten:
            if one.quiet and not self._closed:
                logger.warning("%d entries wait to be written again: %s", len(one.entries), error)
                self._kept.append(one)
            else:
                one.fail(error)

    def _write_alone(self, submission: Submission) -> None:
        try:
            self._append([submission])
        except Exception as error:
            submission.fail(error)

    def _append(self, together: list[Submission]) -> None:
        if not together:
            return
        appended = self._log.append([entry for one in together for entry in one.entries])
        self.recent.add(appended.records)
        if not self._kept:
            self._failure = None
        start = 0
        for one in together:
            end = start + len(one.entries)
            one.succeed(Appended(appended.offset, appended.accepted[start:end]))
            start = end
