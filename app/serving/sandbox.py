"""A copy of the state, to which things happen that nobody logs: trying leaves no trace."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

from app.errors import InvalidRequestError, OverloadedError
from app.serving.engine import Engine, assemble
from app.serving.tail import Tail
from ml.embeddings.encoder import GrowingEncoder
from ml.event_log.record import Entry, Record
from ml.state.feature_state import FeatureState
from ml.state.updates.apply_records import apply_records

MAX_ROWS: Final = 400_000  # users and tweets of a state that is copied
KEPT_SECONDS: Final = 600.0
MAX_WAITING: Final = 2


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens in a sandbox; two of the same content are the same step."""

    content: str
    entry: Entry = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Copy:
    of: Engine
    made_at: float
    steps: tuple[Step, ...]
    engine: Engine


class Sandbox:
    """Keeps the last copy for a while: who goes on from there needs no new one.

    One request at a time uses it, in its `turn`.
    """

    def __init__(self, tick: Callable[[], float] = monotonic) -> None:
        self._in_use = asyncio.Lock()
        self._waiting = 0
        self._tick = tick
        self._last: _Copy | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Use it, once those who came before have.

        Raises:
            OverloadedError: too many wait for it.
        """
        if self._waiting > MAX_WAITING:
            raise OverloadedError("others are using the sandbox; ask again in a moment")
        self._waiting += 1
        try:
            async with self._in_use:
                yield
        finally:
            self._waiting -= 1

    async def after(self, live: Engine, tail: Tail | None, steps: Sequence[Step]) -> Engine:
        """An engine whose state is that of `live`, and then these steps.

        Raises:
            InvalidRequestError: the state is too large to copy.
        """
        wanted, last, self._last = tuple(steps), self._last, None  # gone, should a step fail
        if last is None or not self._goes_on(last, live, wanted):
            last = _Copy(live, self._tick(), (), await _copied(live, tail))
        _apply(last.engine, wanted[len(last.steps) :])
        self._last = replace(last, steps=wanted)
        return last.engine

    def _goes_on(self, last: _Copy, live: Engine, wanted: tuple[Step, ...]) -> bool:
        is_fresh = self._tick() - last.made_at < KEPT_SECONDS
        return last.of is live and is_fresh and wanted[: len(last.steps)] == last.steps


async def _copied(live: Engine, tail: Tail | None) -> Engine:
    rows = len(live.state.users) + len(live.state.tweets)
    if rows > MAX_ROWS:
        raise InvalidRequestError(
            f"a sandbox copies the state, which has {rows} users and tweets; at most {MAX_ROWS} "
            f"are copied"
        )
    async with AsyncExitStack() as still:
        if tail is not None:
            await still.enter_async_context(tail.paused)
        state, encoder = await asyncio.to_thread(_pickled, live)
    built = assemble(live.settings, state, live.bundle, live.clock, encoder=encoder)
    hydrate = replace(built.hydrate, just_served=live.hydrate.just_served)
    return replace(built, hydrate=hydrate)


def _pickled(live: Engine) -> tuple[FeatureState, GrowingEncoder]:
    given = pickle.dumps((live.state, live.encoder), protocol=pickle.HIGHEST_PROTOCOL)
    state, encoder = pickle.loads(given)  # our own
    return state, encoder


def _apply(engine: Engine, steps: Sequence[Step]) -> None:
    """Let these happen, after all else."""
    offset = engine.state.offset
    records = [Record(offset + place, step.entry) for place, step in enumerate(steps, 1)]
    if records:
        engine.encoder.extend(engine.state, apply_records(engine.state, records))
