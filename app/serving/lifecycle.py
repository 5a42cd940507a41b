"""Background tasks of a service: follow the log, watch for bundles, snapshots, retention."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import Final, Protocol

from app.serving import child_process
from app.serving.engine import Engine
from app.serving.retention import forget
from app.serving.tail import Tail
from app.settings import Settings
from ml.bundle import current
from ml.errors import BundleError

WATCH_SECONDS: Final = 1.0
RETENTION_EVERY: Final = 100_000  # records; it takes a part of a second

logger = logging.getLogger(__name__)


class Serving(Protocol):
    """The service whose tasks these are."""

    @property
    def engine(self) -> Engine: ...

    @property
    def tail(self) -> Tail | None: ...

    async def reload(self) -> str: ...


class Lifecycle:
    """Starts and stops the tasks of a service; without a log there are none."""

    def __init__(self, service: Serving) -> None:
        self._service = service
        self._tasks: list[asyncio.Task[None]] = []
        self.fault: str | None = None  # why the process should be restarted

    @property
    def engine(self) -> Engine:
        """The engine in use now."""
        return self._service.engine

    def start(self) -> None:
        """Start every task."""
        if self._service.tail is not None:
            for work in (
                self._service.tail.follow(),
                self._watch(),
                self._write_snapshots(),
                self._apply_retention(),
            ):
                task = asyncio.create_task(work)
                task.add_done_callback(self._ended)
                self._tasks.append(task)

    async def stop(self) -> None:
        """Cancel every task."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # `_ended` logged failures

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Record the failure of a task; none ends by itself, so this is a fault of ours."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fault = repr(error)
            logger.critical("a part of the service has stopped: %r", error, exc_info=error)

    async def _apply_retention(self) -> None:
        """Bound the memory: apply the retention after every so many records."""
        done = self.engine.state.offset
        while self._service.tail is not None:
            await asyncio.sleep(WATCH_SECONDS)
            if self.engine.state.offset - done >= RETENTION_EVERY:
                async with self._service.tail.paused:
                    forget(self.engine)
                done = self.engine.state.offset

    async def _write_snapshots(self) -> None:
        """Write snapshots in a process of its own that reads the log itself: no answer waits."""
        while True:
            await asyncio.sleep(self.engine.settings.snapshot_minutes * 60)
            process = await asyncio.create_subprocess_exec(
                *child_process.command("snapshot"), env=_environment(self.engine.settings)
            )
            try:
                await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
            if process.returncode:
                logger.error("no snapshot was written; the next start will read more of the log")

    async def _watch(self) -> None:
        """Serve the bundle that `current` names, once it names another, unless the settings name
        one."""
        if self.engine.settings.bundle is not None:
            return
        artifacts: Path = self.engine.settings.artifacts
        seen: str | None = self.engine.model_version
        reported = ""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                named = current(artifacts)
                if named == seen:
                    continue
                seen = named
                lost = named is None and self.engine.bundle is not None
                if lost or named not in (None, self.engine.model_version):
                    await self._service.reload()
            except BundleError as error:
                if str(error) != reported:  # a damaged pointer raises every second
                    logger.error("%s stays: %s", self.engine.model_version, error)
                reported = str(error)


def _environment(settings: Settings) -> dict[str, str]:
    """The environment in which another process finds what this one serves."""
    return os.environ | {
        "FORYOU_ARTIFACTS": str(settings.artifacts),
        "FORYOU_LOG": str(settings.log_file),
        "FORYOU_LOG_LEVEL": settings.log_level,
    }
