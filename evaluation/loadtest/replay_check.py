"""Is what a service knows what its log says?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from app.serving.restore_state import remembered
from app.settings import Settings
from evaluation.client import Address, Connection
from ml import bundle
from ml.event_log.port import EventLog
from ml.event_log.record import Record
from ml.state.feature_state import FeatureState
from ml.state.storage.state_diff import differences
from ml.state.updates.apply_records import apply_records

SIZES: Final = (1, 7, 100, 999, 4_000)  # records taken in at once
SAMPLE: Final = 300  # tweets that a service is asked for


def from_nothing(
    settings: Settings, records: Sequence[Record], rng: np.random.Generator
) -> FeatureState:
    """What training left and all that happened since, in batches of any size."""
    state = remembered(settings, bundle.load(settings.artifacts), None)
    place = 0
    while place < len(records):
        size = int(rng.choice(SIZES))
        apply_records(state, records[place : place + size])
        place += size
    return state


def recalled_otherwise(settings: Settings, log: EventLog, expected: FeatureState) -> list[str]:
    """How what a service that starts now recalls, be it from a snapshot, differs from a replay."""
    state = remembered(settings, bundle.load(settings.artifacts), log)
    return differences(state, expected)


async def answered_otherwise(
    address: Address, expected: FeatureState, rng: np.random.Generator
) -> list[str]:
    """How what a service says of everybody, and of some tweets, differs from a replay."""
    async with Connection.open(address) as connection:
        return [*await _people(connection, expected), *await _texts(connection, expected, rng)]


async def _texts(
    connection: Connection, expected: FeatureState, rng: np.random.Generator
) -> list[str]:
    tweets, wrong = expected.tweets, []
    row = rng.choice(len(tweets), min(SAMPLE, len(tweets)), replace=False).astype(np.int32)
    for which, name in zip(row.tolist(), tweets.ids.ids(row), strict=True):
        answer = await connection.get(f"/tweets/{name}")
        answered = answer.json.get("text") if answer.status == 200 else answer.status
        meant = 404 if tweets.deleted[which] else tweets.text[which]
        if answered != meant:
            wrong.append(f"tweet {name}: {answered!r} and {meant!r}")
    return wrong


async def _people(connection: Connection, expected: FeatureState) -> list[str]:
    users = expected.users
    everybody = np.arange(len(users), dtype=np.int32)
    _, follower = expected.graph.followees(everybody)
    following = np.bincount(follower, minlength=len(users)).tolist()
    followers = expected.graph.followers.tolist()
    wrong, met, suffix = [], 0, ""
    while True:
        page = (await connection.get(f"/users?limit=100{suffix}")).ok()
        for user in page["items"]:
            row = users.ids.row(user["user_id"])
            answered = user["name"], user["followers"], user["following"]
            meant = None if row is None else (users.name[row], followers[row], following[row])
            if answered != meant:
                wrong.append(f"user {user['user_id']}: {answered} and {meant}")
        met += len(page["items"])
        if page["next_cursor"] is None:
            break
        suffix = f"&cursor={page['next_cursor']}"
    return wrong if met == len(users) else [*wrong, f"{met} users and {len(users)}"]
