"""A state in canonical form, by ids: two states that know the same have the same form."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ml.actions import Action
from ml.arrays import Rows
from ml.state.feature_state import FeatureState
from ml.state.structures.counters import DecayedCounts, PairCounts
from ml.state.structures.event_order import NEVER
from ml.state.structures.lww_register import LwwRegister
from ml.state.structures.packed import Packed
from ml.state.structures.pair_times import PairTimes
from ml.state.structures.vocabulary import Vocabulary

TOLERANCE: Final = 1e-9  # of counters, relative and absolute; all else is exact

Part = Mapping[Any, Any]  # by ids, or tuples of ids; what is known of them has many forms


def canonical(state: FeatureState) -> dict[str, Part]:
    """All that a state knows, part by part. Counters are as of its newest event."""
    users, tweets, now = state.users.ids, state.tweets.ids, state.newest
    return {
        "users": dict(_users(state)),
        "tweets": dict(_tweets(state)),
        "tombstones": dict.fromkeys(state.tweets.tombstones, True),
        "replies": dict(_replies(state)),
        "awaited": dict(_awaited(state)),
        "engaged": dict(_toggles(state.engaged, users, tweets)),
        "relations": dict(_toggles(state.graph.relations, users, users, tweets)),
        "followers": dict(zip(users.all_ids(), state.graph.followers.tolist(), strict=True)),
        "tweet counts": dict(_counts(state.tweet_counts, tweets, now)),
        "author counts": dict(_counts(state.author_counts, users, now)),
        "viewer counts": dict(_counts(state.viewer_counts, users, now)),
        "tiebreak counts": dict(_pair_counts(state.tie_counts, users, users, now)),
        "topic counts": dict(_pair_counts(state.topic_counts, users, None, now)),
        "recent topic counts": dict(_pair_counts(state.topic_counts_lately, users, None, now)),
        "history": dict(_history(state)),
        "seen": dict(_times(state.seen, users, tweets)),
        "served": dict(_times(state.served, users, tweets)),
        "requests": dict(_requests(state)),
        "seniority": dict(_seniority(state)),
        "offers": {(key, tweet): at for key, tweet, at in state.offers},
        "posts": {
            users.id(row): sorted(tweets.ids(state.posts.of(row))) for row in range(len(users))
        },
        "published": dict.fromkeys(tweets.ids(state.by_time), True),
        "pending events": dict(_pending(state)),
        "mutes": dict(_mutes(state)),
        "preferences": {
            (users.id(user), kind, name): wanted for user, kind, name, wanted in state.preferences
        },
        "clock": {"newest": state.newest, "shift": state.shift},
    }


def differences(one: FeatureState, other: FeatureState) -> list[str]:
    """The differences between two states, a line each; none where they know the same."""
    mine, theirs = canonical(one), canonical(other)
    return [
        f"{part} of {key}: {mine[part].get(key)} and {theirs[part].get(key)}"
        for part in mine
        for key in sorted({*mine[part], *theirs[part]}, key=str)
        if not _same(mine[part].get(key), theirs[part].get(key), part.endswith("counts"))
    ]


def _same(one: Any, other: Any, counts: bool) -> bool:
    if not counts:
        return bool(one == other)
    pairs = zip(one or [0.0] * len(other), other or [0.0] * len(one), strict=True)
    return all(math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in pairs)


def _users(state: FeatureState) -> Iterator[tuple[str, Any]]:
    users = state.users
    for row, id_ in enumerate(users.ids.all_ids()):
        yield (
            id_,
            (
                users.name[row],
                users.created_at[row].item(),
                users.interests[row].tolist(),
                users.sensitive_ok[row].item(),
                (users.put_at[row].item(), users.put_tiebreak[row].item()),
                (users.erased_at[row].item(), users.erased_tiebreak[row].item()),
            ),
        )


def _tweets(state: FeatureState) -> Iterator[tuple[str, Any]]:
    tweets, author, began = state.tweets, state.tweets.author, state.tweets.conversation
    for row, id_ in enumerate(tweets.ids.all_ids()):
        settled = (
            state.users.ids.id(int(author[row])) if author[row] >= 0 else None,
            tweets.created_at[row].item(),
            tweets.tags[row].tolist(),
            tweets.topic[row],
            tweets.ids.id(int(began[row])),
            tweets.is_reply[row].item(),
            (tweets.first_at[row].item(), tweets.first_tiebreak[row].item()),
        )
        facts = (
            tweets.text[row],
            tweets.words[row].tolist(),
            tweets.metadata[row].tolist(),
            str((tweets.nsfw[row], tweets.toxic[row])),
            (tweets.put_at[row].item(), tweets.put_tiebreak[row].item()),
            _audience(state, row),
            [_list(lists, row) for lists in (tweets.wording.tokens, tweets.wording.domains)],
        )
        yield id_, (settled, None if tweets.deleted[row] else facts)


def _replies(state: FeatureState) -> Iterator[tuple[str, Any]]:
    tweets, threads = state.tweets, state.tweets.threads
    to_deleted = tweets.answers_deleted(np.arange(len(tweets), dtype=np.int32))
    for row in np.flatnonzero((threads.parent >= 0) | to_deleted).tolist():
        parent, author = int(threads.parent[row]), int(threads.parent_author[row])
        yield (
            tweets.ids.id(row),
            (
                tweets.ids.id(parent) if parent >= 0 else None,
                state.users.ids.id(author) if author >= 0 else None,
                to_deleted[row].item(),
            ),
        )


def _awaited(state: FeatureState) -> Iterator[tuple[str, Any]]:
    ids = state.tweets.ids
    for id_, replies in state.tweets.threads.waiting.items():
        yield id_, sorted((ids.id(reply.row), reply.begins) for reply in replies)


def _audience(state: FeatureState, row: int) -> tuple[Any, ...]:
    audience = state.tweets.audience
    mentions = state.users.ids.ids(np.array(_list(audience.mentions, row), np.int32))
    written = audience.at[row].item(), audience.tiebreak[row].item()
    return audience.visibility[row].item(), sorted(mentions), written


def _list(lists: Packed, row: int) -> list[int]:
    return [int(value) for value in lists.gather(np.array([row], np.int32))[0]]


def _mutes(state: FeatureState) -> Iterator[tuple[tuple[str, str, str], Any]]:
    for user, action, name, mute in state.mutes:
        yield (state.users.ids.id(user), Action(action).label, name), mute


def _toggles(
    toggles: LwwRegister, left: Vocabulary, right: Vocabulary, noted: Vocabulary | None = None
) -> Iterator[tuple[tuple[str, str, str], Any]]:
    count = len(toggles.index)
    for row, kind in zip(*np.nonzero(toggles.at[:count] != NEVER), strict=True):
        pair = left.id(toggles.index.left[row]), right.id(toggles.index.right[row])
        note = int(toggles.note[row, kind]) if noted else -1
        facts = (toggles.at[row, kind], toggles.tiebreak[row, kind], toggles.is_on[row, kind])
        yield (
            (*pair, Action(toggles.kinds[kind]).label),
            (*(value.item() for value in facts), noted.id(note) if noted and note >= 0 else None),
        )


def _counts(counts: DecayedCounts, ids: Vocabulary, now: int) -> Iterator[tuple[str, Any]]:
    row = np.arange(len(ids), dtype=np.int32)
    return ((ids.id(who), count) for who, count in _some(row, counts, now))


def _pair_counts(
    counts: PairCounts, left: Vocabulary, right: Vocabulary | None, now: int
) -> Iterator[tuple[tuple[str, Any], Any]]:
    index = counts.index
    for pair, count in _some(np.arange(len(index), dtype=np.int32), counts.counts, now):
        other = int(index.right[pair])
        yield (left.id(index.left[pair]), right.id(other) if right else other), count


def _some(row: Rows, counts: DecayedCounts, now: int) -> Iterator[tuple[int, list[float]]]:
    values: NDArray[np.float64] = counts.read(row, now)
    for place in np.flatnonzero((np.abs(values) > TOLERANCE).any(axis=1)).tolist():
        yield place, values[place].tolist()


def _history(state: FeatureState) -> Iterator[tuple[str, Any]]:
    history, ids = state.history, state.tweets.ids
    for row, who in enumerate(state.users.ids.all_ids()):
        there = history.tweet[row] >= 0
        tweets, at = ids.ids(history.tweet[row][there]), history.at[row][there].tolist()
        yield who, (list(zip(tweets, at, strict=True)), history.written[row].item())


def _times(
    met: PairTimes, left: Vocabulary, right: Vocabulary
) -> Iterator[tuple[tuple[str, str], int]]:
    for row in np.flatnonzero(met.at[: len(met.index)] != NEVER).tolist():
        pair = left.id(met.index.left[row]), right.id(met.index.right[row])
        yield pair, met.at[row].item()


def _seniority(state: FeatureState) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Of everybody who was met: since when, the latest day with an act, and how many there were."""
    seniority = state.seniority
    for row, id_ in enumerate(state.users.ids.all_ids()):
        met = seniority.first_at[row].item(), seniority.latest_day[row].item()
        yield id_, (*met, seniority.days[row].item())


def _requests(state: FeatureState) -> Iterator[tuple[tuple[str, str], int]]:
    served, users, tweets = state.served, state.users.ids, state.tweets.ids
    for row in np.flatnonzero(served.at[: len(served.index)] != NEVER).tolist():
        pair = users.id(served.index.left[row]), tweets.id(served.index.right[row])
        yield pair, served.request[row].item()


def _pending(state: FeatureState) -> Iterator[tuple[Any, Any]]:
    for place, (id_, one) in enumerate(
        sorted(state.pending_events, key=lambda pending: (pending[0], pending[1][:3]))
    ):
        who = state.users.ids.id(one.user)
        yield (place, id_), (one.at, one.tiebreak, one.action, who)
