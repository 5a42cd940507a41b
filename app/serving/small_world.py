"""A small world as records of the log: one of every kind, and an event of every action."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Final

from ml.actions import BY_LABEL, UNDOES, Action
from ml.event_log import bodies
from ml.event_log.record import Entry, Kind, Record
from ml.state.structures.event_order import MICROS

NOW: Final = 1_800_000_000  # unix seconds
HOUR: Final = 3_600
FOLLOWING: Final = "u0"  # follows, acts, mutes, blocks, and sees what is sensitive
ALONE: Final = "u1"  # has interests and follows nobody
NEW: Final = "u2"  # of whom nothing is known but a profile
UNKNOWN: Final = "nobody"
VIEWERS: Final = (FOLLOWING, ALONE, NEW, UNKNOWN)
USERS: Final = [f"u{number}" for number in range(40)]
ACTIVE: Final = USERS[3:]
TWEETS: Final = [f"t{number}" for number in range(320)]
PRIVATE: Final = ("followers", "mentioned", "public")
UNDOING: Final = {action.label for action in UNDOES}


def batches() -> Iterator[list[Record]]:
    """The world as it comes to be, then what changes it."""
    offsets = count(1)
    for entries in (_beginning(), _changes()):
        yield [Record(next(offsets), entry) for entry in entries]


def _beginning() -> Iterator[Entry]:
    yield _entry(Kind.CLOCK, NOW - 100 * HOUR, None, bodies.Clock(0).to_json())
    for user in USERS:
        yield _profile(user, NOW - 90 * HOUR)
    for number, tweet in enumerate(TWEETS):
        yield _tweet(number, tweet)
    for number, user in enumerate([FOLLOWING, *ACTIVE]):
        for step in range(1, 9):
            yield _event("follow", user, number, target_user_id=ACTIVE[(number + step) % 37])
            for label in ("like", "retweet", "reply", "click", "dwell")[: 1 + step % 5]:
                yield _event(label, user, number, tweet_id=TWEETS[(number * 7 + step * 11) % 320])
        yield _served(user, [TWEETS[(number + step) % 320] for step in range(12)])


def _changes() -> Iterator[Entry]:
    """Every action, by one who follows and one who does not; then the ends."""
    by_undoing_last = sorted(BY_LABEL, key=UNDOING.__contains__)
    for number, user in enumerate((FOLLOWING, ALONE)):
        for label in by_undoing_last:
            yield from _act(BY_LABEL[label], user, 40 + number)
        for label in set(BY_LABEL) - UNDOING:
            yield from _act(BY_LABEL[label], user, 60 + number)
        yield _served(user, TWEETS[80:100])
    yield _served(UNKNOWN, TWEETS[100:110], is_known=False)
    yield _event("like", FOLLOWING, 0, tweet_id="not here yet")
    yield _tweet(0, "not here yet")
    yield _profile(FOLLOWING, NOW)
    yield _tweet(1, TWEETS[1], NOW)
    deleted = bodies.DeletedTweet(TWEETS[90]).to_json()
    yield _entry(Kind.DELETE_TWEET, NOW, ACTIVE[3], deleted)
    yield _entry(Kind.DELETE_USER, NOW, ACTIVE[-1], bodies.DeletedUser(ACTIVE[-1]).to_json())


def _act(action: Action, user: str, number: int) -> Iterator[Entry]:
    """An event about each thing that the action can be about."""
    label, person, tweet = action.label, ACTIVE[number % 37], TWEETS[number]
    match action.about.name:
        case "TEXT":
            yield _event(label, user, 0, text="word" if "word" in label else "example.org")
        case "USER":
            yield _event(label, user, 0, target_user_id=person)
            yield _event(label, user, 0, target_user_id=ACTIVE[-number % 37], tweet_id=tweet)
        case _:
            yield _event(label, user, 0, tweet_id=tweet)


def _profile(user: str, at: int) -> Entry:
    row = {"user_id": user, "name": user, "created_at": NOW - 90 * HOUR}
    if user != NEW:
        row |= {"interests": ["music", "sports"], "sensitive_ok": user == FOLLOWING}
    return _entry(Kind.PUT_USER, at, user, bodies.Row(row).to_json())


def _tweet(number: int, tweet: str, at: int = NOW - 80 * HOUR) -> Entry:
    row: Mapping[str, object] = {
        "tweet_id": tweet,
        "author_id": ACTIVE[number % 37],
        "created_at": NOW - HOUR - number * 600,
        "text": f"a few words on music, the {number}th; see https://example.org/{number}",
        "topic": "music" if number % 2 else "sports",
        "has_media": number % 3 == 0,
        "hashtags": ["tag"],
        "in_reply_to_id": TWEETS[number // 2] if number % 5 == 4 else None,
        "visibility": PRIVATE[number % 9] if number % 9 < 2 else None,
        "mentions": [FOLLOWING],
        "nsfw": number % 17 == 0,
        "toxic": number % 19 == 0,
    }
    return _entry(Kind.PUT_TWEET, at, str(row["author_id"]), bodies.Row(row).to_json())


def _event(
    label: str,
    user: str,
    number: int,
    *,
    tweet_id: str | None = None,
    target_user_id: str | None = None,
    text: str | None = None,
) -> Entry:
    event = bodies.Event(label, user, tweet_id=tweet_id, target_user_id=target_user_id, text=text)
    return _entry(Kind.EVENT, NOW - HOUR + number, user, event.to_json())


def _served(user: str, tweets: list[str], is_known: bool = True) -> Entry:
    page = bodies.Served(
        user,
        tuple(tweets) if is_known else (),
        request_id="a request",
        offered=() if is_known else tuple(tweets),
        impressions=True,
    )
    return _entry(Kind.SERVED, NOW - HOUR, user, page.to_json())


def _entry(kind: Kind, at: int, user: str | None, body: bodies.Json) -> Entry:
    return Entry(f"{kind}/{user}/{hash(str(body))}", kind, at * MICROS, user, body)
