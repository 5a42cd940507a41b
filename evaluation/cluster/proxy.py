"""nginx before replicas, with the configuration that is deployed."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evaluation.client import Address
from evaluation.cluster.postgres_server import free_port

DEPLOYED: Final = Path(__file__).parents[2] / "deploy" / "scale" / "nginx.conf"
START_SECONDS: Final = 10.0
FOLDERS: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # that nginx writes into
SERVER: Final = re.compile(r"^ *server replica-\d+:8000 (.*)\n", re.MULTILINE)


class NoProxyError(Exception):
    """No nginx can be started here."""


class Proxy:
    """A process of its own."""

    def __init__(self, folder: Path, replicas: Sequence[Address]) -> None:
        """Write its configuration into a folder.

        Raises:
            NoProxyError: nginx is not installed.
        """
        program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
        if program is None:
            raise NoProxyError("nginx is not installed")
        self.address: Final[Address] = ("127.0.0.1", free_port())
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()
        (folder / "nginx.conf").write_text(_configuration(folder, replicas, self.address[1]))

    def start(self) -> None:
        """Start it, and return when it listens.

        Raises:
            NoProxyError: it did not within START_SECONDS.
        """
        log = self._folder / "error.log"
        given = ["-p", str(self._folder), "-c", "nginx.conf", "-e", str(log)]
        self._process = subprocess.Popen([self._program, *given, "-g", "daemon off;"])
        until = time.monotonic() + START_SECONDS
        while not (self._folder / "nginx.pid").exists():
            if self._process.poll() is not None or time.monotonic() > until:
                raise NoProxyError(f"nginx does not start: {log.read_text()[-2_000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(START_SECONDS)

    def errors(self) -> list[str]:
        """What it wrote of requests that it could not pass on."""
        return (self._folder / "error.log").read_text().splitlines()


def _configuration(folder: Path, replicas: Sequence[Address], port: int) -> str:
    """The deployed one, with these addresses and files of its own."""
    text = DEPLOYED.read_text()
    options = SERVER.findall(text)[0]
    servers = "".join(f"    server {host}:{at} {options}\n" for host, at in replicas)
    first, *others = SERVER.finditer(text)
    text = text[: first.start()] + servers + text[(others or [first])[-1].end() :]
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    own = "".join(f"  {name}_temp_path {folder / name};\n" for name in FOLDERS)
    text = text.replace("http {\n", f"http {{\n  access_log off;\n{own}", 1)
    return f"pid {folder / 'nginx.pid'};\n{text}"
