"""What requests use: the engine in use, and the event log behind it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from app.observability.metrics import Metrics
from app.serving.cursor import Signer
from app.serving.engine import Engine, build_engine
from app.serving.kept_answers import KeptAnswers
from app.serving.lifecycle import Lifecycle
from app.serving.other_previews import OtherPreviews
from app.serving.outcomes import Outcomes
from app.serving.reload import rebuild, restored
from app.serving.restore_state import check_there_is_something
from app.serving.sandbox import Sandbox
from app.serving.sentence import SETTINGS
from app.serving.served_bundle import remember_bundle
from app.serving.served_log import QueuedServedLog
from app.serving.shared_artifacts import fetch
from app.serving.tail import Tail
from app.serving.turns import Turns
from app.settings import Settings
from app.steering.grammar import Grammar
from app.steering.port import Interpreter
from ml.errors import LogError
from ml.event_log.group_commit import GroupCommit
from ml.event_log.open_log import open_log
from ml.event_log.port import Appended, EventLog
from ml.event_log.record import Entry, Record
from ml.state.feature_state import FeatureState
from ml.state.updates.apply_records import AppliedRecords

RETRY_SECONDS: Final = 0.01
ATTEMPTS: Final = 100  # to find an entry that is not written yet
WRITES_AT_ONCE: Final = 50  # items of batches that are judged between two answers: 1 or 2 ms
BEHIND_RECORDS: Final = 5_000  # that the state may be behind what was appended: half of those kept
BEHIND_SECONDS: Final = 1.0  # for which a batch waits until it is not, at most

logger = logging.getLogger(__name__)


class Service:
    """Answers requests; without a log it only reads, and nothing is remembered."""

    def __init__(self, engine: Engine, log: EventLog | None = None) -> None:
        self.engine = engine
        self.log = log
        self.signer = Signer(log.secret()) if log else None
        self._group = GroupCommit(log, engine.settings.max_queued_entries) if log else None
        recent = self._group.recent if self._group else None
        self._outcomes = Outcomes()
        react = self._react, self._restore, self._observe
        self.tail = Tail(log, engine.state, *react, recent) if log else None
        self._connect(engine)
        self.appended = 0  # the offset of the last entry that this process appended for a caller
        self.interpreter: Interpreter = Grammar(SETTINGS)  # a language model may take its place
        self.answers = KeptAnswers.of(engine.settings) if log else None  # for replay
        self._lifecycle = Lifecycle(self)
        self.is_stopping = False  # it still answers, and nobody should begin to ask it
        self.sandbox = Sandbox()
        self.batches = Turns(WRITES_AT_ONCE)  # of writes
        self.other_previews = OtherPreviews()
        self._reloading = asyncio.Lock()

    @classmethod
    def open(cls, settings: Settings, wall: Callable[[], float] = time.time) -> Service:
        """A service of everything that training left and the log has added since.

        Raises:
            FeedError: the artifacts or the log are damaged, or do not agree with this code.
            InvalidSettingError: a setting names something that does not exist.
        """
        check_there_is_something(settings)
        settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        fetch(settings)
        events = open_log(settings.log_location)
        try:
            engine = build_engine(settings, wall, log=events, writes=True)
            remember_bundle(settings, engine.bundle)
            return cls(engine, events)
        except BaseException:
            events.close()
            raise

    async def start(self, metrics: Metrics) -> None:
        """Follow the log, and watch for new bundles; count what fails, and what becomes of what is
        served."""
        self._outcomes.connect(metrics)
        self._lifecycle.start(metrics.loop_failed)

    def announce_end(self) -> None:
        """Say at `/readyz` that another process should be asked from now on."""
        self.is_stopping = True

    async def stop(self) -> None:
        """Write what still waits to be written, then close everything."""
        await self._lifecycle.stop()
        if self.answers is not None:
            await self.answers.close()
        if self._group is not None:
            await asyncio.to_thread(self._group.close)
        if self.log is not None:
            self.log.close()

    @property
    def fault(self) -> str | None:
        """Why the process should not be asked, if it should not."""
        return self._lifecycle.fault

    @property
    def degraded(self) -> dict[str, str]:
        """The parts that do not work at the moment, each with the reason."""
        failure = self._group and self._group.failure
        return self._lifecycle.degraded | ({"writing": failure} if failure else {})

    @property
    def is_away(self) -> bool:
        """Whether the log cannot be reached at the moment: what is served gets old."""
        return self._lifecycle.is_away

    @property
    def stale_seconds(self) -> float | None:
        """For how long nothing new has been served; None while the log can be reached."""
        return self.tail.stale_seconds if self.tail is not None and self.is_away else None

    @property
    def is_writing(self) -> bool:
        """Whether the log takes entries, as far as this process knows."""
        return self._group is not None and self._group.failure is None

    def retry_writing(self) -> None:
        """Write what could not be written.

        Raises:
            LogError: it still cannot be.
        """
        if self._group is not None and self._group.failure is not None:
            self._group.retry()

    async def append(self, entries: Sequence[Entry]) -> Appended:
        """Append entries, which are on disk when this returns.

        Raises:
            LogFullError: too much waits to be written.
        """
        if self._group is None or self.tail is None:
            raise LogError("there is no event log")
        appended = await asyncio.wrap_future(self._group.submit(entries))
        self.appended = max(self.appended, appended.offset)
        self.tail.hurry()
        return appended

    async def caught_up(self) -> None:
        """Wait a moment where the state is far behind what was appended, so that who writes much
        writes what it can follow."""
        if self.tail is not None and not self.is_away and self.fault is None:
            await self.tail.reached(self.appended - BEHIND_RECORDS, BEHIND_SECONDS)

    async def find(self, event_id: str) -> Entry | None:
        """The entry of this id. It may still wait to be written, here or in another process, so
        this asks again for a while."""
        if self.log is None or self._group is None:
            return None
        for _ in range(ATTEMPTS):
            if (kept := self._group.unwritten(event_id)) is not None:
                return kept
            if (found := await asyncio.to_thread(self.log.find, event_id)) is not None:
                return found.entry
            await asyncio.sleep(RETRY_SECONDS)
        return None

    async def reload(self) -> str:
        """Serve the current bundle, or the one that the settings name; its version.

        Raises:
            BundleError: it is not fit to serve; the one in use stays.
        """
        async with self._reloading:
            if self.tail is None:
                self.engine = await asyncio.to_thread(rebuild, self.engine)
            else:
                async with self.tail.paused:  # what is encoded must not grow meanwhile
                    engine = await asyncio.to_thread(rebuild, self.engine)
                    await asyncio.to_thread(remember_bundle, engine.settings, engine.bundle)
                    self.engine = engine
            logger.info("serving %s", self.engine.model_version)
            return self.engine.model_version

    def _connect(self, engine: Engine) -> None:
        """Let the products of this engine write what they served to the log."""
        if self._group is not None:
            just_served = engine.hydrate.just_served
            log = QueuedServedLog(just_served, self._outcomes, self._group)
            engine.served_log.connect(log)

    async def _restore(self) -> FeatureState:
        """Serve from a state that is made anew from the log."""
        assert self.log is not None
        self.engine = await asyncio.to_thread(restored, self.engine, self.log)
        self._connect(self.engine)
        if self.answers is not None:
            self.answers.miss()
        return self.engine.state

    def _observe(self, records: Sequence[Record]) -> None:
        self._outcomes.happened(self.engine.state, self.engine.hydrate.just_served, records)
        if self.answers is not None:
            self.answers.observe(records)

    def _react(self, applied: AppliedRecords) -> None:
        self.engine.encoder.extend(self.engine.state, applied)
