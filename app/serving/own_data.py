"""Everything that is kept of one person, to take with them (GDPR, Articles 15 and 20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from app.serving.engine import Engine
from ml.actions import Action
from ml.event_log import bodies
from ml.event_log.port import EventLog
from ml.state.structures.event_order import NEVER
from ml.state.structures.lww_register import LwwRegister
from ml.state.structures.vocabulary import Vocabulary

PAGE: Final = 10_000  # records of the log that are read at once

Json = dict[str, Any]


def in_memory(engine: Engine, user_id: str) -> Json:
    """What the state knows of a person, by ids; times are unix seconds."""
    state = engine.state
    viewer = state.users.ids.row(user_id)
    if viewer is None:
        return {}
    users, tweets = state.users.ids, state.tweets.ids
    wrote = np.flatnonzero(state.tweets.author == viewer).astype(np.int32)
    written = zip(tweets.ids(wrote), (state.tweets.text[row] for row in wrote), strict=True)
    return {
        "name": state.users.name[viewer],
        "sensitive_ok": bool(state.users.sensitive_ok[viewer]),
        "tweets": [{"tweet_id": id_, "text": text} for id_, text in written],
        "about_tweets": [*_acted(state.engaged, viewer, tweets, "tweet_id")],
        "about_people": [*_acted(state.graph.relations, viewer, users, "user_id")],
        "seen": tweets.ids(state.seen.of(viewer)),
        "served_lately": tweets.ids(state.served.of(viewer)),
        "mutes": [
            {"action": Action(action).label, "text": name, "holds": mute.is_on}
            for user, action, name, mute in state.mutes
            if user == viewer
        ],
        "preferences": [
            {"kind": kind, "name": name, "verb": wanted.verb, "at": wanted.at}
            for user, kind, name, wanted in state.preferences
            if user == viewer
        ],
    }


def in_log(log: EventLog, user_id: str) -> list[Json]:
    """Every record of the log that is theirs, oldest first, with its true time in microseconds."""
    found: list[Json] = []
    after = 0
    while records := log.read(after, PAGE, with_pools=False):
        after = records[-1].offset
        for _, entry in records:
            if entry.user == user_id:
                facts = bodies.read_for_state(entry).to_json()
                found.append({"record": entry.kind, "at": entry.at, **_as_lists(facts)})
    return found


def _as_lists(facts: Mapping[str, Any]) -> Json:
    """The same with lists for tuples, as JSON has them."""
    return {name: [*one] if isinstance(one, tuple) else one for name, one in facts.items()}


def _acted(register: LwwRegister, viewer: int, others: Vocabulary, name: str) -> Iterator[Json]:
    """What a person did to others, the latest of each sort."""
    for row in np.flatnonzero(register.index.left == viewer).tolist():
        for kind in np.flatnonzero(register.at[row] != NEVER).tolist():
            yield {
                "action": Action(register.kinds[kind]).label,
                name: others.id(int(register.index.right[row])),
                "at": int(register.at[row, kind]),
                "holds": bool(register.is_on[row, kind]),
            }
