"""What was served is shown again, byte for byte, after a restart and by another bundle."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from evaluation.client import Address, Connection
from evaluation.loadtest.command import Given, Options
from evaluation.loadtest.reload import copied, pair
from evaluation.loadtest.server import start
from evaluation.loadtest.slo_report import SloReport, least, none
from ml.errors import BundleError
from ml.progress import tracked

HOURS: Final = "10"  # that answers are kept

OPTIONS: Final[Options] = {
    "requests": (500, "that are recorded"),
    "other": ("", "the version of the bundle that replays; trained for it if left out"),
}


def measure(given: Given) -> SloReport:
    """Record with the current bundle, stop, and replay with another."""
    users = given.state().users.ids
    some = np.random.default_rng(given.seed).choice(len(users), given.options.requests)
    with TemporaryDirectory() as name:
        folder = Path(name)
        given = copied(given, folder)
        current, other = pair(given)
        settings = {**given.environment, "FORYOU_REPLAY_HOURS": HOURS}
        server = start(folder, settings)
        try:
            kept = asyncio.run(_recorded(server.address, users.ids(some.astype(np.int32))))
        finally:
            server.stop()
        server = start(folder, {**settings, "FORYOU_BUNDLE": other})
        try:
            found = asyncio.run(_replayed(server.address, kept, other))
        finally:
            server.stop()
    return SloReport(
        [
            least("identical", found["identical"], given.options.requests),
            none("other bytes", found["different"]),
            none("not kept", found["gone"]),
        ],
        {"recorded_by": current, "replayed_by": other, **found},
        [f"  recorded by bundle {current}, replayed by a new process with bundle {other}"],
    )


async def _recorded(address: Address, users: list[str]) -> dict[str, bytes]:
    """The bodies of timelines of every sort, later pages among them, by request id."""
    kept, cursor = dict[str, bytes](), ""
    async with Connection.open(address) as connection:
        for place, user in enumerate(tracked(users, "recording", "requests")):
            product = "following" if place % 7 == 0 else "for_you"
            explain = str(place % 3 == 0).lower()
            path = f"/timeline/{user}?limit={5 + place % 20}&product={product}&explain={explain}"
            if cursor and place % 5 == 0:
                path = cursor
            timeline = (answer := await connection.get(path)).ok()
            kept[timeline["request_id"]] = answer.body
            following = timeline["next_cursor"]
            cursor = f"/timeline/{user}?product={product}&cursor={following}" if following else ""
    return kept


async def _replayed(address: Address, kept: dict[str, bytes], other: str) -> dict[str, int]:
    found = Counter(identical=0, different=0, gone=0)
    async with Connection.open(address) as connection:
        if (serving := (await connection.get("/readyz")).ok()["model_version"]) != other:
            raise BundleError(f"{serving} is served, not {other}")
        for request_id, body in kept.items():
            answer = await connection.get(f"/replay/{request_id}")
            if answer.status != 200:
                found["gone"] += 1
            else:
                found["identical" if answer.body == body else "different"] += 1
    return dict(found)
