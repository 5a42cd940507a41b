"""Processes that do the same work, forked from one that holds what they share."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Final, NoReturn

ENDING: Final = {signal.SIGINT, signal.SIGTERM}
AWAITED: Final = {*ENDING, signal.SIGCHLD}
PAUSE_SECONDS: Final = 0.5  # before another takes the place of one that has ended
CANNOT_START: Final = 3  # the exit status of one that cannot, and so the next could not either

Mask = set[int | signal.Signals]  # blocked signals

logger = logging.getLogger(__name__)


class Workers:
    """So many processes, each replaced when it ends, until a signal ends all of them."""

    def __init__(self, count: int, work: Callable[[], int]) -> None:
        """
        Args:
            work: what each does; its result is the exit status of the process.
        """
        self._count = count
        self._work = work
        self._running: set[int] = set()
        self._is_ending = False
        self.failed_to_start = False

    def run(self) -> None:
        """Return when all have ended."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        try:
            for _ in range(self._count):
                self._fork(before)
            while self._running:
                if signal.sigwait(AWAITED) in ENDING:
                    self._end()
                self._replace_ended(before)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _fork(self, mask: Mask) -> None:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._be_one()
        self._running.add(pid)

    def _be_one(self) -> NoReturn:
        """Work, and end without the clean-up of the process that was forked."""
        status = CANNOT_START
        try:
            status = self._work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _end(self) -> None:
        self._is_ending = True
        for pid in self._running:
            os.kill(pid, signal.SIGTERM)

    def _replace_ended(self, mask: Mask) -> None:
        for pid in [*self._running]:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            self._running.remove(pid)
            code = os.waitstatus_to_exitcode(status)
            if self._is_ending:
                continue
            if code == CANNOT_START:
                self.failed_to_start = True
                self._end()
            else:
                logger.error("process %d ended with status %d; another takes its place", pid, code)
                time.sleep(PAUSE_SECONDS)
                self._fork(mask)
