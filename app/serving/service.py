"""The engine in use, the log it listens to, and what keeps the two together."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from app.serving.cursor import Signer
from app.serving.engine import Engine, build_engine, forget, rebuild
from app.serving.shared_clock import SharedClock
from app.serving.tail import Tail
from app.settings import Settings
from ml.bundle import current
from ml.errors import BundleError, LogError
from ml.event_log.group_commit import GroupCommit
from ml.event_log.port import Appended, EventLog
from ml.event_log.record import Entry, Record
from ml.event_log.sqlite import SqliteLog
from ml.state.updates.apply_records import AppliedRecords

WATCH_SECONDS: Final = 1.0
LET_GO_EVERY: Final = 100_000  # records; it takes a part of a second
TIMEOUT_SECONDS: Final = 1.0  # for an entry that is not written yet
RETRY_SECONDS: Final = 0.01

logger = logging.getLogger(__name__)


class Service:
    """What requests are answered with. Without a log it only reads: nothing is remembered."""

    def __init__(
        self, engine: Engine, log: EventLog | None = None, together: SharedClock | None = None
    ) -> None:
        self.engine = engine
        self._together = together
        self.log = log
        self.signer = Signer(log.secret()) if log else None
        self.tail = Tail(log, engine.state, self._react) if log else None
        self._group = GroupCommit(log, engine.settings.max_queued_entries) if log else None
        self._tasks: list[asyncio.Task[None]] = []
        self._reloading = asyncio.Lock()
        self.fault: str | None = None  # why it should be restarted

    @classmethod
    def open(cls, settings: Settings, wall: Callable[[], float] = time.time) -> Service:
        """Everything that training left and the log has added since.

        Raises:
            FeedError: the artifacts or the log are damaged, or do not agree with this code.
            InvalidSettingError: a setting names something that does not exist.
        """
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        events, together = SqliteLog(settings.log_file), SharedClock(settings.log_file)
        try:
            engine = build_engine(settings, wall, log=events, agree=together.agree)
            return cls(engine, events, together)
        except BaseException:
            events.close()
            together.close()
            raise

    async def start(self) -> None:
        """Listen to the log, and for new bundles."""
        if self.tail is not None:
            for work in (
                self.tail.follow(),
                self._watch(),
                self._write_snapshots(),
                self._let_go(),
            ):
                task = asyncio.create_task(work)
                task.add_done_callback(self._ended)
                self._tasks.append(task)

    async def stop(self) -> None:
        """Write what still waits to be written, then let go of everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # `_ended` told what failed
        if self._group is not None:
            await asyncio.to_thread(self._group.close)
        if self.log is not None:
            self.log.close()
        if self._together is not None:
            self._together.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """None of them ends by itself, so one that did has met a fault of ours."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fault = repr(error)
            logger.critical("a part of the service has stopped: %r", error, exc_info=error)

    async def append(self, entries: Sequence[Entry]) -> Appended:
        """On disk when this returns.

        Raises:
            LogFullError: too much waits to be written.
        """
        if self._group is None or self.tail is None:
            raise LogError("there is no event log")
        appended = await asyncio.wrap_future(self._group.submit(entries))
        self.tail.hurry()
        return appended

    async def find(self, event_id: str) -> Record | None:
        """The entry that was accepted under this id; it may still wait to be written, here or in
        another process."""
        if self.log is None:
            return None
        until = time.monotonic() + TIMEOUT_SECONDS
        while (found := await asyncio.to_thread(self.log.find, event_id)) is None:
            if time.monotonic() > until:
                return None
            await asyncio.sleep(RETRY_SECONDS)
        return found

    def remember(self, entry: Entry) -> None:
        """Append without anybody waiting for it."""
        if self._group is not None:
            self._group.submit_quietly([entry])

    async def reload(self) -> str:
        """Serve with the bundle that is now the current one, or the one named; its version.

        Raises:
            BundleError: it is not fit to serve; the one in use stays.
        """
        async with self._reloading:
            if self.tail is None:
                self.engine = await asyncio.to_thread(rebuild, self.engine)
            else:
                async with self.tail.paused:  # what is encoded must not grow meanwhile
                    self.engine = await asyncio.to_thread(rebuild, self.engine)
            logger.info("serving %s", self.engine.model_version)
            return self.engine.model_version

    async def _let_go(self) -> None:
        """Memory is bounded, whatever comes."""
        done = self.engine.state.offset
        while self.tail is not None:
            await asyncio.sleep(WATCH_SECONDS)
            if self.engine.state.offset - done >= LET_GO_EVERY:
                async with self.tail.paused:
                    forget(self.engine)
                done = self.engine.state.offset

    async def _write_snapshots(self) -> None:
        """In a process of its own, which reads the log by itself: no answer waits for it."""
        while True:
            await asyncio.sleep(self.engine.settings.snapshot_minutes * 60)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "app", "snapshot", env=_environment(self.engine.settings)
            )
            try:
                await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
            if process.returncode:
                logger.error("no snapshot was written; the next start will read more of the log")

    def _react(self, taken: AppliedRecords) -> None:
        self.engine.encoder.extend(self.engine.state, taken)

    async def _watch(self) -> None:
        """Whatever `current` comes to name is served, if it is fit to be and none was named."""
        if self.engine.settings.bundle is not None:
            return
        artifacts: Path = self.engine.settings.artifacts
        seen: str | None = self.engine.model_version
        told = ""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                named = current(artifacts)
                if named == seen:
                    continue
                seen = named
                if named not in (None, self.engine.model_version):
                    await self.reload()
            except BundleError as error:
                if str(error) != told:  # which a pointer that is damaged says every second
                    logger.error("%s stays: %s", self.engine.model_version, error)
                told = str(error)


def _environment(settings: Settings) -> dict[str, str]:
    """Where another process finds what this one serves."""
    return os.environ | {
        "FORYOU_ARTIFACTS": str(settings.artifacts),
        "FORYOU_LOG": str(settings.log_file),
        "FORYOU_LOG_LEVEL": settings.log_level,
    }
