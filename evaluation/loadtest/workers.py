"""Which of a server's processes answers on which connection? The kernel says so, on Linux."""

from __future__ import annotations

import asyncio
from contextlib import suppress
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
    found: dict[str, Connection] = {}
    spare: list[Connection] = []
    for _ in range(MAX_TRIED):
        connection = await Connection.to(server.address)
        (await connection.get("/livez")).ok()  # who answers has accepted it
        if found.setdefault(_process(connection), connection) is not connection:
            spare.append(connection)
            await asyncio.sleep(0.02)
        if len(found) == workers:
            break
    for connection in spare:
        await connection.close()
    if len(found) < workers:
        raise ChildProcessError(f"{len(found)} of {workers} processes answer")
    return list(found.values())


def _process(connection: Connection) -> str:
    """The process that holds the socket at the other end of a connection."""
    ours, theirs = connection.ports
    ends = [f":{theirs:04X}", f":{ours:04X}"]
    sockets = [line.split() for line in (PROC / "net/tcp").read_text().splitlines()]
    inode = next(columns[9] for columns in sockets if [end[-5:] for end in columns[1:3]] == ends)
    for descriptor in PROC.glob("[0-9]*/fd/*"):
        with suppress(OSError):  # closed since
            if str(descriptor.readlink()) == f"socket:[{inode}]":
                return descriptor.parts[2]
    raise ChildProcessError("the kernel knows nothing of a connection that is open")
