"""A server in processes of its own, which can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.request import urlopen

from evaluation.client import Address

PATIENCE: Final = 300.0  # seconds to start in; the first start compiles
GRACE: Final = 20.0  # seconds to stop in
LAST_WORDS: Final = 2_000  # characters


@dataclass(frozen=True, slots=True)
class Server:
    """A process group that serves at an address, and the event log it keeps."""

    process: subprocess.Popen[bytes]
    address: Address
    log: Path

    def kill(self) -> None:
        """No process of it has time for another instruction."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        with suppress(OSError):  # its children go when the kernel comes to them
            while True:
                socket.create_connection(self.address, timeout=1).close()
                time.sleep(0.01)

    def stop(self) -> None:
        """End it in good order, or by force when it takes too long."""
        self.process.terminate()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.kill()


def start(folder: Path, settings: Mapping[str, str], *command: str) -> Server:
    """Run `python -m COMMAND`, by default the service, with an event log in a folder.

    Raises:
        ChildProcessError: it ended instead; its last words are in the message.
    """
    port, log, errors = _free_port(), folder / "events.db", folder / "stderr.txt"
    module = command[0] if command else "app"
    environment = {
        **os.environ,
        "FORYOU_LOG_LEVEL": "warning",
        "FORYOU_IMPRESSIONS": "client",  # the load reports what was seen
        **settings,
        "FORYOU_PORT": str(port),
        "FORYOU_LOG": str(log),
    }
    with errors.open("ab") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *command[1:]],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=words,
            start_new_session=True,
        )
    server = Server(process, ("127.0.0.1", port), log)
    try:
        _await(server, errors, module)
    except BaseException:
        server.kill()
        raise
    return server


@contextmanager
def serving(settings: Mapping[str, str], *command: str) -> Iterator[Server]:
    """A server in a folder of its own, which is stopped and removed at the end of the block.

    Raises:
        ChildProcessError: it did not start.
    """
    with TemporaryDirectory() as folder:
        server = start(Path(folder), settings, *command)
        try:
            yield server
        finally:
            server.stop()


def _await(server: Server, errors: Path, module: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        if _answers(server.address):
            return
        time.sleep(0.05)
    words = errors.read_text(errors="replace")[-LAST_WORDS:].strip()
    raise ChildProcessError(f"python -m {module} did not start: {words or 'no output'}")


def _answers(address: Address) -> bool:
    try:
        with urlopen(f"http://{address[0]}:{address[1]}/livez", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
