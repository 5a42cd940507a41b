"""A background loop that no Exception ends: it logs, counts, backs off and goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from ml.errors import FeedError

FIRST_RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 30.0

logger = logging.getLogger(__name__)


class SupervisedLoop:
    """Runs a step again and again, for as long as its task is not cancelled."""

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[None]],
        every: float = 0,
        first_retry: float = FIRST_RETRY_SECONDS,
        longest_retry: float = LONGEST_RETRY_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """
        Args:
            name: of the loop in logs, in metrics and in `/readyz`.
            step: what is repeated.
            every: seconds before each step.
            first_retry: seconds before a step that failed is tried again; they double with every
                further failure in a row.
            longest_retry: the most that these seconds become.
        """
        self.name = name
        self.problem: str | None = None  # why the last step failed; None where it did not
        self.error: Exception | None = None  # the same, as it was raised
        self._step = step
        self._every = every
        self._first_retry, self._longest_retry = first_retry, longest_retry
        self._sleep = sleep

    async def run(self, count_failure: Callable[[str], None]) -> None:
        """Repeat the step; `count_failure` is called with this loop's name after each failure."""
        wait, retry = self._every, self._first_retry
        while True:
            await self._sleep(wait)
            try:
                await self._step()
            except Exception as error:
                self._report(error, retry)
                count_failure(self.name)
                wait, retry = retry, min(2 * retry, self._longest_retry)
            else:
                if self.problem is not None:
                    logger.info("%s works again", self.name)
                self.problem = self.error = None
                wait, retry = self._every, self._first_retry

    def _report(self, error: Exception, retry: float) -> None:
        """Log a failure; a FeedError explains itself, any other needs its traceback."""
        explained, self.error = isinstance(error, FeedError), error
        self.problem = str(error) if explained else repr(error)
        logger.error(
            "%s failed, and is tried again in %.3g s: %s",
            self.name,
            retry,
            self.problem,
            exc_info=None if explained else error,
        )
