"""Background loops of a service: follow the log, watch for bundles, snapshots, retention."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from app.serving import child_process
from app.serving.engine import Engine
from app.serving.kept_answers import SECONDS_BETWEEN_WRITES, KeptAnswers
from app.serving.retention import expire_pages, forget
from app.serving.shared_artifacts import FETCH_SECONDS, fetch_bundle
from app.serving.supervised_loop import SupervisedLoop
from app.serving.tail import Tail
from app.settings import Settings
from ml.bundle import current
from ml.errors import LogAwayError, LogError
from ml.event_log.port import EventLog

WATCH_SECONDS: Final = 1.0
EXPIRY_SECONDS: Final = 10.0
ERASURE_SECONDS: Final = 600.0  # between two looks whether users are to be erased from the log
WRITING_RETRY_SECONDS: Final = 5.0  # at most, after the disk was full
SNAPSHOT_RETRY_SECONDS: Final = 10.0  # a snapshot loads everything before it can fail

logger = logging.getLogger(__name__)


class Serving(Protocol):
    """The service whose loops these are."""

    @property
    def engine(self) -> Engine: ...

    @property
    def tail(self) -> Tail | None: ...

    @property
    def log(self) -> EventLog | None: ...

    @property
    def answers(self) -> KeptAnswers | None: ...

    async def reload(self) -> str: ...

    def retry_writing(self) -> None: ...


class Lifecycle:
    """Starts and stops the loops of a service; without a log there are none."""

    def __init__(self, service: Serving) -> None:
        self._service = service
        self._tasks: list[asyncio.Task[None]] = []
        self._ended: str | None = None
        self._retained = service.engine.state.offset  # when the retention was last applied
        self._lease = service.log.lease("worker") if service.log is not None else None
        self._loops = list(self._loops_of(service))
        self._tail = next((loop for loop in self._loops if loop.name == Tail.NAME), None)

    @property
    def engine(self) -> Engine:
        """The engine in use now."""
        return self._service.engine

    @property
    def fault(self) -> str | None:
        """Why this process should not be asked: its state does not follow the log."""
        if self._ended is not None:
            return self._ended
        return None if self.is_away else self.degraded.get(Tail.NAME)

    @property
    def is_away(self) -> bool:
        """Whether the log cannot be reached, so that what is served gets old. Reading goes on: all
        replicas may be cut off at once, and an old timeline is better than none."""
        return self._tail is not None and isinstance(self._tail.error, LogAwayError)

    @property
    def degraded(self) -> dict[str, str]:
        """The loops that fail at the moment, each with the reason; they go on trying."""
        return {loop.name: loop.problem for loop in self._loops if loop.problem is not None}

    def start(self, count_failure: Callable[[str], None]) -> None:
        """Start every loop."""
        for loop in self._loops:
            task = asyncio.create_task(loop.run(count_failure))
            task.add_done_callback(self._end)
            self._tasks.append(task)

    async def stop(self) -> None:
        """Cancel every loop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # `_end` logged failures
        if self._lease is not None:
            await asyncio.to_thread(self._lease.close)

    def _loops_of(self, service: Serving) -> list[SupervisedLoop]:
        if service.tail is None:
            return []
        settings = service.engine.settings
        minutes = settings.snapshot_minutes * 60
        loops = [
            SupervisedLoop(Tail.NAME, service.tail.step),
            SupervisedLoop(
                "snapshot",
                self._write_snapshot,
                every=minutes,
                first_retry=min(SNAPSHOT_RETRY_SECONDS, minutes),
                longest_retry=max(SNAPSHOT_RETRY_SECONDS, minutes),
            ),
            SupervisedLoop("expiry", self._expire_pages, every=EXPIRY_SECONDS),
            SupervisedLoop(
                "erasure",
                self._finish_erasures,
                every=ERASURE_SECONDS,
                first_retry=SNAPSHOT_RETRY_SECONDS,
                longest_retry=ERASURE_SECONDS,
            ),
            SupervisedLoop(
                "writing",
                self._retry_writing,
                every=WATCH_SECONDS,
                longest_retry=WRITING_RETRY_SECONDS,
            ),
            SupervisedLoop("retention", self._apply_retention, every=WATCH_SECONDS),
        ]
        if service.answers is not None:
            loops.append(SupervisedLoop("replay", self._keep_answers, SECONDS_BETWEEN_WRITES))
        if settings.bundle is None:
            every = WATCH_SECONDS if settings.store is None else FETCH_SECONDS
            loops.append(SupervisedLoop("bundle_watch", self._watch, every=every))
        return loops

    def _end(self, task: asyncio.Task[None]) -> None:
        """Record the end of a loop; no Exception ends one, so this is a fault of ours."""
        if not task.cancelled():
            self._ended = repr(task.exception())
            logger.critical("a part of the service has stopped: %s", self._ended)

    async def _works_for_all(self) -> bool:
        """Whether this process does what one of all that share the log does."""
        return self._lease is not None and await asyncio.to_thread(self._lease.is_held)

    async def _apply_retention(self) -> None:
        """Bound the memory: apply the retention after every so many records."""
        tail, offset = self._service.tail, self.engine.state.offset
        every = self.engine.settings.retention_every
        if tail is not None and offset - self._retained >= every:
            await forget(lambda: self.engine, tail.paused)
            self._retained = offset

    async def _expire_pages(self) -> None:
        """Drop answers that are too old, and bound the log: pages whose cursors have expired become
        small."""
        if self._service.answers is not None:  # each machine has its own, also while no log answers
            await self._service.answers.expire(self.engine.clock.now())
        if self._service.log is not None and await self._works_for_all():
            await expire_pages(self.engine, self._service.log)

    async def _keep_answers(self) -> None:
        """Keep what was answered for replay, and forget people who were erased."""
        log, answers = self._service.log, self._service.answers
        if log is not None and answers is not None:
            await answers.follow(log, self.engine.state.offset)

    async def _write_snapshot(self) -> None:
        """Write a snapshot, in one of the processes that share the log, and so once for all."""
        if await self._works_for_all():
            await self._run_snapshot()

    async def _finish_erasures(self) -> None:
        """Erase from the log who has left, also where snapshots are rare."""
        log = self._service.log
        if log is None or not await self._works_for_all():
            return
        if await asyncio.to_thread(lambda: log.erasure_is_due):
            await self._run_snapshot()

    async def _run_snapshot(self) -> None:
        """Write a snapshot in a process of its own that reads the log itself: no answer waits.

        Raises:
            LogError: it was not written.
        """
        process = await asyncio.create_subprocess_exec(
            *child_process.command("snapshot"), env=_environment(self.engine.settings)
        )
        try:
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            raise LogError("no snapshot was written; the next start will read more of the log")

    async def _retry_writing(self) -> None:
        """Write what could not be written, for example because the disk was full."""
        await asyncio.to_thread(self._service.retry_writing)

    async def _watch(self) -> None:
        """Serve the bundle that `current` names, once it names another."""
        await asyncio.to_thread(fetch_bundle, self.engine.settings)
        artifacts: Path = self.engine.settings.artifacts
        named = current(artifacts)
        lost = named is None and self.engine.bundle is not None
        if lost or named not in (None, self.engine.model_version):
            await self._service.reload()


def _environment(settings: Settings) -> dict[str, str]:
    """The environment in which another process finds what this one serves."""
    return os.environ | {
        "FORYOU_ARTIFACTS": str(settings.artifacts),
        "FORYOU_LOG": str(settings.log_location),
        "FORYOU_LOG_LEVEL": settings.log_level,
    }
