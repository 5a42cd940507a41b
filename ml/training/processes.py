"""The processes of one training: this one, and others that wait for work.

Others are spawned rather than forked: polars and torch have threads that a fork would lack. What
they are given and give back is pickled, so a task there sees its arguments as they were when it was
started. With one process it sees them as they are when its result is asked for: what a task reads
must not change in between.
"""

from __future__ import annotations

import pickle
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar, cast

from ml import memory, progress, threads
from ml.errors import TrainingError

P = ParamSpec("P")
T = TypeVar("T")

ENDED: Final = (
    "a process of the training was ended, perhaps for want of memory; nothing was published: "
    "train again, with fewer --processes"
)
PATIENCE_SECONDS: Final = 10.0  # for a process that has nothing to do to end


class Processes:
    """So many processes; with one, everything is computed here, when it is asked for."""

    def __init__(self, count: int) -> None:
        self.count: Final = count
        self._idle: Final = SimpleQueue[Connection]()
        self._reported: Final = dict[Connection, int]()
        self._seen = 0
        spawn = get_context("spawn")
        self._others: Final = []
        for _ in range(count - 1):
            ours, theirs = spawn.Pipe()
            other = spawn.Process(target=_serve, args=(theirs,), daemon=True)
            other.start()
            theirs.close()
            self._others.append(other)
            self._reported[ours] = 0
            self._idle.put(ours)
        self._waiting: Final = ThreadPoolExecutor(max(count - 1, 1))  # one thread for each other

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None
    ) -> None:
        """End the others, at once where something went wrong here."""
        for other in self._others:
            if kind is not None:
                other.terminate()
        self._waiting.shutdown(cancel_futures=True)
        for connection in self._reported:
            connection.close()
        for other in self._others:
            other.join(PATIENCE_SECONDS)

    def start(
        self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs
    ) -> Callable[[], T]:
        """Compute a function of a module in the next process that is idle; what is returned waits
        for its result.

        Raises:
            TrainingError: the process was ended; raised by what is returned, like all that the
                function raises.
        """
        task = partial(function, *arguments, **named)
        if self.count == 1:
            return task
        answer = self._waiting.submit(self._ask, [pickle.dumps(task)])
        return cast(Callable[[], T], answer.result)  # of another process, so nothing knows its type

    def reported(self) -> int:
        """Units of work that the others have done since this was last asked."""
        total = sum(self._reported.values())
        new, self._seen = total - self._seen, total
        return new

    def _ask(self, task: list[bytes]) -> object:
        """Let an idle process compute, and count what it reports meanwhile. The only task is taken
        out of its list: it may hold a whole log, and the queue keeps the list until it is done.
        """
        connection = self._idle.get()
        try:
            connection.send_bytes(task.pop())
            while isinstance(answer := pickle.loads(connection.recv_bytes()), int):
                self._reported[connection] += answer
        except (EOFError, ConnectionError):
            raise TrainingError(ENDED) from None
        finally:
            self._idle.put(connection)
        result, error = answer
        if error is not None:
            raise error
        return result


def _serve(asked: Connection) -> None:
    """Compute what is asked for, until nobody is left to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks decides when to end
    threads.use_one()
    memory.collect_seldom()

    def report(units: int) -> None:
        asked.send_bytes(pickle.dumps(units))

    with progress.reported_to(report):
        try:
            while True:
                asked.send_bytes(_answer(asked.recv_bytes()))
                memory.give_back()
        except (EOFError, ConnectionError):
            return


def _answer(task: bytes) -> bytes:
    """The pickled result of a task, and what it raised."""
    try:
        call = pickle.loads(task)
        del task  # it may hold a whole log
        return pickle.dumps((call(), None), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # raised where it is asked for
        return pickle.dumps((None, error))
