"""Which of a server's processes answers on which connection? The kernel says so, on Linux."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from evaluation.client import Connection
from evaluation.loadtest.server import Server

PROC: Final = Path("/proc")
MAX_TRIED: Final = 400  # connections


async def one_to_each(server: Server, workers: int) -> list[Connection]:
    """A connection to every process; they are all up when this returns.

    Raises:
        ChildProcessError: some never answered.
    """
    found: dict[int, Connection] = {}
    spare: list[Connection] = []
    for _ in range(MAX_TRIED):
        connection = await Connection.to(server.address)
        (await connection.get("/livez")).ok()  # who answers has accepted it
        process = _process(server.process.pid, connection)
        if process is None or process in found:
            spare.append(connection)
            await asyncio.sleep(0.02)
        else:
            found[process] = connection
        if len(found) == workers:
            break
    for connection in spare:
        await connection.close()
    if len(found) < workers:
        raise ChildProcessError(f"{len(found)} of {workers} processes answer")
    return list(found.values())


def _process(parent: int, connection: Connection) -> int | None:
    socket = f"socket:[{_inode(*connection.ports)}]"
    for process in [parent, *_children(parent)]:
        for descriptor in (PROC / str(process) / "fd").iterdir():
            try:
                if str(descriptor.readlink()) == socket:
                    return process
            except OSError:  # closed since
                continue
    return None


def _inode(ours: int, theirs: int) -> str:
    """Of the socket at their end of a connection."""
    for line in (PROC / "net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        local, remote = (int(columns[n].rpartition(":")[2], 16) for n in (1, 2))
        if (local, remote) == (theirs, ours):
            return columns[9]
    raise ChildProcessError("the kernel knows nothing of a connection that is open")


def _children(parent: int) -> list[int]:
    listed = (PROC / str(parent) / "task" / str(parent) / "children").read_text()
    return [int(process) for process in listed.split()]
