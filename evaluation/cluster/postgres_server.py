"""A Postgres server in a folder, for tests: that of the embedded wheel, or of the system."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

SYSTEM: Final = Path("/usr/lib/postgresql")
UNPRIVILEGED: Final = "nobody"  # root may not run a server
START_SECONDS: Final = 30.0
SETTINGS: Final = {
    "unix_socket_directories": "",
    "fsync": "on",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}


class NoPostgresError(Exception):
    """No server can be started here."""


class PostgresServer:
    """A server of its own, with a superuser `postgres` who needs no password."""

    def __init__(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        prefix: Sequence[str] = (),
        settings: dict[str, str] | None = None,
    ) -> None:
        """Make an empty cluster; `start` starts it.

        Args:
            folder: a new folder, which the server's user can reach.
            host: the address to listen on.
            prefix: of the command, such as `ip netns exec db`.

        Raises:
            NoPostgresError: there are no programs, or they do not run.
        """
        self.folder, self.host, self.port = folder, host, free_port()
        self._prefix, self._programs = [*prefix], programs()
        self._settings = SETTINGS | (settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        self._initialise()

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@{self.host}:{self.port}/{database}"

    def start(self) -> None:
        """Start the server, and return when it answers.

        Raises:
            NoPostgresError: it did not within START_SECONDS.
        """
        settings = [f"{name}={value}" for name, value in self._settings.items()]
        options = [part for one in settings for part in ("-c", one)]
        address = ["-h", self.host, "-p", str(self.port)]
        command = [self._program("postgres"), "-D", str(self.folder), *address, *options]
        who = self._who()
        if self._prefix and who:  # root alone may enter a namespace
            become = f"--reuid={who['user']}", f"--regid={who['group']}", "--clear-groups"
            command, who = [*self._prefix, "setpriv", *become, *command], {}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **who)
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise NoPostgresError((self.folder / "log").read_text()[-2_000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it as an administrator would, without waiting for its clients."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it and all its processes at once, as a power cut would."""
        self._end(signal.SIGQUIT)

    def processes(self) -> list[int]:
        """The first one, and those that it has started for itself and for its clients."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [pid, *map(int, children.split())]

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(START_SECONDS)
            self._process = None

    def _initialise(self) -> None:
        given = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale"]
        try:
            subprocess.run(
                [self._program("initdb"), "--pgdata", str(self.folder), "--no-sync", *given],
                check=True,
                capture_output=True,
                **self._who(),
            )
        except (OSError, subprocess.CalledProcessError) as error:
            reason = getattr(error, "stderr", b"") or str(error).encode()
            raise NoPostgresError(f"initdb: {reason.decode(errors='replace')}") from error

        with (self.folder / "pg_hba.conf").open("a") as access:
            access.write("host all all samenet trust\n")

    def _answers(self) -> bool:
        command = [self._program("pg_isready"), "-q", "-h", self.host, "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def _program(self, name: str) -> str:
        return str(self._programs / name)

    def _who(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": [],
                "cwd": str(self.folder)}  # fmt: skip


def programs() -> Path:
    """The folder of the server's programs.

    Raises:
        NoPostgresError: there is none.
    """
    spec = find_spec("pgserver")  # found and not imported: it would make a user and change modes
    if spec is not None and spec.origin is not None:
        embedded = Path(spec.origin).parent / "pginstall" / "bin"
        if (embedded / "initdb").is_file():
            return embedded
    if (found := shutil.which("initdb")) is not None:
        return Path(found).parent
    installed = sorted(SYSTEM.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not installed:
        raise NoPostgresError("there is neither the wheel pgserver nor a Postgres of the system")
    return installed[-1].parent


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
