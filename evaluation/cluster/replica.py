"""One replica: a process that serves, on a node of a network, and is started again when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Lock
from typing import Any, Final
from urllib.request import urlopen

import orjson

from evaluation.client import Address

PATIENCE: Final = 300.0  # seconds to be ready in
GRACE: Final = 20.0  # seconds to stop in
SKEWED: Final = """
import runpy, sys, time
skew, true = float(sys.argv[1]), time.time
time.time = lambda: true() + skew
sys.argv = ["app"]
runpy.run_module("app", run_name="__main__")
"""  # before anything asks what time it is


class Replica:
    """A server whose process may end; `keep_running` starts it again, as an orchestrator does."""

    def __init__(
        self, name: str, address: Address, environment: Mapping[str, str], folder: Path,
        prefix: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """
        Args:
            folder: for what it prints.
            prefix: of its command, such as `ip netns exec NODE`.
        """
        self.name, self.address, self.starts = name, address, 0
        self.skew = 0.0  # seconds by which its clock is ahead, from its next start on
        self.is_away = False  # nobody starts it again
        self._changing = Lock()  # a fault and who supervises may both start or kill it
        self._environment = {
            **os.environ,
            **environment,
            "FORYOU_HOST": address[0],
            "FORYOU_PORT": str(address[1]),
        }
        self._prefix, self._errors = [*prefix], folder / f"{name}.stderr"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def keep_running(self) -> None:
        """Start it unless it runs, or is to stay away."""
        with self._changing:
            if self.is_away:
                return
            if self._process is not None and self._process.poll() is None:
                return
            self.starts += 1
            with self._errors.open("ab") as errors:
                self._process = subprocess.Popen(
                    [*self._prefix, sys.executable, *self._program()],
                    env=self._environment,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    start_new_session=True,
                )

    def _program(self) -> list[str]:
        return ["-c", SKEWED, str(self.skew)] if self.skew else ["-m", "app"]

    def kill(self) -> None:
        """End it and its children between two instructions."""
        with self._changing:
            if self._process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def stop(self) -> bool:
        """End it in good order, or by force when it takes too long; whether it was in time."""
        ending = self._process
        if ending is not None:
            ending.terminate()
            try:
                ending.wait(GRACE)
            except subprocess.TimeoutExpired:
                self.kill()
                return False
        return True

    def ready(self) -> Mapping[str, Any] | None:
        """What `/readyz` says; None where it does not answer, or not with 200."""
        try:
            with urlopen(f"http://{self.address[0]}:{self.address[1]}/readyz", timeout=5) as answer:
                state: Mapping[str, Any] = orjson.loads(answer.read())
                return state
        except (OSError, HTTPException):
            return None

    def wait(self) -> None:
        """Until it is ready, and nothing is degraded.

        Raises:
            ChildProcessError: it is not, within PATIENCE.
        """
        until = time.monotonic() + PATIENCE
        while (state := self.ready()) is None or state["status"] != "ready":
            if time.monotonic() > until:
                words = self._errors.read_text(errors="replace")[-2_000:]
                raise ChildProcessError(f"{self.name} is not ready ({state}): {words}")
            self.keep_running()
            time.sleep(0.2)
