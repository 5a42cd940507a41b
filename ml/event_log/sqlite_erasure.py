"""Erase entries of a SQLite log in transactions so short that other writers hardly wait.

An erasure is due from its DELETE_USER entry on until the finished sweep moves `erased_through`
past it, so whatever is killed on the way is done again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final

SLICE_SECONDS: Final = 0.05  # of a transaction; its commit comes on top
SLICE_ROWS: Final = 100  # entries that are deleted between two looks at the clock
SCANNED_ROWS: Final = 2_000  # entries that are read at once

THROUGH: Final = "SELECT coalesce(max(value), 0) FROM meta WHERE name = 'erased_through'"
ERASED: Final = "SELECT user, max(offset) FROM entries WHERE kind = 'delete_user' GROUP BY user"
SCAN: Final = (
    "SELECT offset, kind, at, user FROM entries WHERE offset > ? AND offset <= ? "
    "ORDER BY offset LIMIT ?"
)
UNSWEPT: Final = "SELECT count(*) FROM meta WHERE name = 'unswept'"

Ask = Callable[..., list[tuple[int, str, int, str | None]]]
Writer = Callable[[], AbstractContextManager[sqlite3.Connection]]


def due(ask: Callable[..., list[tuple[str, int]]], through: int) -> dict[str, int]:
    """The users whose erasure is not finished, each with the offset of their last one."""
    return {user: offset for user, offset in ask(ERASED) if offset > through}


def doomed(
    ask: Ask, users: Mapping[str, int], forget_served_before: int | None, end: int
) -> Iterator[list[int]]:
    """The offsets of entries to erase, slice by slice."""
    after = 0
    last = end if forget_served_before is not None else max(users.values(), default=0)
    while rows := ask(SCAN, after, last, SCANNED_ROWS):
        after = rows[-1][0]
        offsets = [
            offset
            for offset, kind, at, user in rows
            if (kind != "delete_user" and offset < users.get(user or "", 0))
            or (kind == "served" and forget_served_before is not None and at < forget_served_before)
        ]
        if offsets:
            yield offsets


def delete(writer: Writer, offsets: list[int]) -> int:
    """Delete entries in short transactions with rests between them; how many were there."""
    removed, place = 0, 0
    while place < len(offsets):
        with writer() as connection:
            start = time.monotonic()
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('unswept', 1)")
            while True:
                some = offsets[place : place + SLICE_ROWS]
                marks = ",".join("?" * len(some))
                statement = f"DELETE FROM entries WHERE offset IN ({marks})"
                removed += connection.execute(statement, some).rowcount
                place += len(some)
                if place >= len(offsets) or time.monotonic() - start >= SLICE_SECONDS:
                    break
        time.sleep(time.monotonic() - start)  # other writers take their turn
    return removed
