"""Previews of another moment or another bundle: one at a time, and remembered for a while."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections import OrderedDict
from typing import Any, Final

import numpy as np

from app.errors import InvalidRequestError, OverloadedError, ProblemError
from app.pipeline.batch import CandidateBatch
from app.pipeline.stages import filter_visibility
from app.pipeline.trace import Trace
from app.serving import child_process
from app.serving.engine import Engine
from app.serving.other_engine import Asked
from app.serving.preferred_settings import products_for

REMEMBERED: Final = 16  # answers
MAX_WAITING: Final = 2
SECONDS: Final = 120.0  # that one may take

Json = dict[str, Any]


class OtherPreviews:
    """A process of its own rebuilds the state: the one in use is never touched."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        self._done: OrderedDict[str, bytes] = OrderedDict()

    async def ask(self, engine: Engine, asked: Asked) -> Json:
        """The first page as it would have been, without what may not be shown now.

        Raises:
            InvalidRequestError: that moment cannot be rebuilt, or there is no such bundle.
            OverloadedError: others are asking, or it takes too long.
            FailedClosedError: nobody knows what this viewer may see.
        """
        if self._waiting > MAX_WAITING:
            raise OverloadedError("others ask for another moment or bundle; ask again in a while")
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                found = json.loads(await self._answer(engine, asked))
        finally:
            self._waiting -= 1
        if "problem" in found:
            raise InvalidRequestError(found["problem"])
        answer: Json = found["answer"]
        answer["request_id"] = asked.request_id
        return _without_hidden(engine, asked, answer)

    async def _answer(self, engine: Engine, asked: Asked) -> bytes:
        lasting = asked._replace(request_id="")._asdict() | {
            "settings": asked.settings.model_dump_json(exclude={"api_key", "read_key"}),
            "offset": engine.state.offset if asked.as_of is None else None,
        }
        name = repr(lasting)
        if name not in self._done:
            self._done[name] = await _of_child(asked)
            if len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
        self._done.move_to_end(name)
        return self._done[name]


async def _of_child(asked: Asked) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *child_process.running("app.cli.other_preview"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        given = pickle.dumps(asked)
        written, _ = await asyncio.wait_for(process.communicate(given), SECONDS)
    except TimeoutError:
        raise OverloadedError(f"it takes longer than {SECONDS:g} seconds; ask later") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise ProblemError("the process that rebuilds the state has failed; the log says more")
    return written


def _without_hidden(engine: Engine, asked: Asked, answer: Json) -> Json:
    """What was deleted, blocked, muted or hidden since then is not shown now."""
    query = engine.hydrate.query(asked.user_id, asked.limit)
    product = products_for(engine, query)[asked.product]
    tweets = engine.state.tweets
    rows = tweets.ids.known([item["tweet_id"] for item in answer["items"]])
    known = rows[rows >= 0]
    batch = CandidateBatch.of(known, tweets.author[known])
    kept = filter_visibility(query, batch, product.mixer.recheck, Trace()).tweet
    shown = np.isin(rows, kept) & (rows >= 0)
    items = [item for item, stays in zip(answer["items"], shown.tolist(), strict=True) if stays]
    return answer | {"items": items}
