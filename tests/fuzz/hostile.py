"""Random requests: valid ones, valid ones with something spoiled, and noise."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

TEXTS: Final = (
    "", " ", ".", "..", "/", "//", "%2F", "%", "a/why/b", "?", "#", "null", "true", "-1", "1e309",
    "\x00", "\n", "\ud800", "\udfff\ud800", "‮", "​", "　", "é", "µ", "ﬁ", "𠀀",
    "🏳️‍🌈", "at://did:plc:x/app.bsky.feed.post/y", "https://a.example/users/b?c=d#e", "a+b@x.org",
    "{}", "[]", "<script>", "'; DROP TABLE log; --", "\\", "x" * 257, "é" * 256, "x" * 70_000,
)  # fmt: skip
NUMBERS: Final = (
    0, -1, 1, 10, 101, 2**31, 2**53 + 1, -(2**63), 2**64, 10**400, 0.5, -0.0, 1e308, 1e-320,
    float("nan"), float("inf"), float("-inf"),
)  # fmt: skip
TIMES: Final = (
    0, -1, 1, 46078.25, 1_790_000_000, 4_102_444_800, 10**12, 10**18, "2026-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59Z", "2026-02-30",
    "2026-01-01", "2026-01-01T00:00:00", "tomorrow", "2100-01-01T00:00:00Z",
)  # fmt: skip
ACTIONS: Final = (
    "like", "unlike", "retweet", "unretweet", "reply", "click", "dwell", "not_interested",
    "report", "follow", "unfollow", "mute", "unmute", "block", "unblock", "impression",
    "mute_word", "unmute_word", "mute_domain", "unmute_domain", "teleport",
)  # fmt: skip
PRODUCTS: Final = ("for_you", "following", "newcomer", "fallback", "discovery", "nothing")
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE")
HEADERS: Final = (
    "X-Request-ID", "Content-Type", "Origin", "Host", "X-Forwarded-For", "Forwarded", "Accept",
    "Sec-Purpose", "Sec-Fetch-Site", "Authorization", "If-None-Match", "Range", "Content-Length",
)  # fmt: skip
TWEET_FIELDS: Final = (
    "author_id", "created_at", "text", "topic", "has_media", "hashtags", "in_reply_to_id",
    "conversation_id", "visibility", "mentions", "nsfw", "toxic",
)  # fmt: skip
USER_FIELDS: Final = ("name", "created_at", "interests", "sensitive_ok")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, as it is sent."""

    method: str
    path: str  # percent-encoded, with its query
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Hostile:
    """An endless supply of requests about known ids; the same for the same seed."""

    rng: random.Random
    users: Sequence[str]
    tweets: Sequence[str]
    served: list[tuple[str, str, str, str | None]] = field(default_factory=list)  # see `remember`

    def remember(self, user: str, tweet: str, request_id: str, cursor: str | None) -> None:
        """Keep what was served, so that later requests can refer to it."""
        self.served = [*self.served[-999:], (user, tweet, request_id, cursor)]

    def request(self) -> Sent:
        """The next one."""
        kinds: tuple[Callable[[], Sent], ...] = (
            self._timeline, self._timeline, self._score, self._events, self._events, self._put,
            self._batch, self._delete, self._follow_recommendations, self._catalog, self._noise,
        )  # fmt: skip
        sent = self.rng.choice(kinds)()
        if self._rarely():
            name = self.rng.choice(HEADERS)
            value = quote(self._text(), errors="surrogatepass")[:300]
            sent = Sent(sent.method, sent.path, sent.body, {**sent.headers, name: value})
        if self._rarely():
            sent = Sent(self.rng.choice(METHODS), sent.path, sent.body, sent.headers)
        return sent

    def _timeline(self) -> Sent:
        asked: dict[str, Any] = {}
        if self._often():
            asked["limit"] = self.rng.randint(1, 100) if self._often() else self._value()
        if self._rarely():
            asked["product"] = self.rng.choice(PRODUCTS)
        if self._rarely():
            asked["explain"] = self.rng.choice(("true", "false", self._text()))
        if self.served and self._rarely():
            asked["cursor"] = self.rng.choice(self.served)[3] or self._text()
        if self._rarely():
            asked[self.rng.choice(("after_offset", "peek", "nonsense"))] = self._value()
        return Sent("GET", f"/timeline/{self._segment(self._user())}{_query(asked)}")

    def _follow_recommendations(self) -> Sent:
        asked = {"limit": self._value()} if self._rarely() else {}
        path = f"/follow-recommendations/{self._segment(self._user())}{_query(asked)}"
        return Sent("GET", path)

    def _catalog(self) -> Sent:
        """What is known: one user or tweet, a page of users, or what serves."""
        asked: dict[str, Any] = {}
        if self._rarely():
            asked["after_offset"] = self._value()
        kind = self.rng.random()
        if kind < 0.3:
            return Sent("GET", f"/users/{self._segment(self._user())}{_query(asked)}")
        if kind < 0.6:
            return Sent("GET", f"/tweets/{self._segment(self._tweet())}{_query(asked)}")
        if kind < 0.9:
            asked["limit"] = self.rng.randint(1, 100) if self._often() else self._value()
            asked["cursor"] = f"{self.rng.getrandbits(32):08x}" if self._often() else self._text()
            return Sent("GET", f"/users{_query(asked)}")
        path = self.rng.choice(("/products", "/metrics", "/readyz", "/livez", "/openapi.json"))
        return Sent("GET", f"{path}{_query(asked)}")

    def _score(self) -> Sent:
        tweets = [self._tweet() for _ in range(self.rng.randint(0, 30))]
        return self._post("/score", {"user_id": self._user(), "tweet_ids": tweets})

    def _events(self) -> Sent:
        return self._post("/events", {"events": [self._event() for _ in range(self._count())]})

    def _event(self) -> dict[str, Any]:
        user, action = self._user(), self.rng.choice(ACTIONS)
        event: dict[str, Any] = {"action": action, "user_id": user}
        if self._often():
            event["event_id"] = self._text() if self._rarely() else str(self.rng.random())
        if action.endswith(("word", "domain")) or self._rarely():
            event["text"] = self._text()
        elif action.endswith(("follow", "mute", "block")):
            event["target_user_id"] = self._user()
        else:
            event["tweet_id"] = self._tweet()
        if self.served and action == "impression" and self._often():
            user, tweet, request_id, _ = self.rng.choice(self.served)
            event |= {"user_id": user, "tweet_id": tweet, "request_id": request_id}
        for name in ("created_at", "expires_at"):
            if self._rarely():
                event[name] = self.rng.choice(TIMES)
        for name in ("value", "position", "request_id"):
            if self._rarely():
                event[name] = self._value()
        return event

    def _put(self) -> Sent:
        if self.rng.random() < 0.5:
            path, body = f"/tweets/{self._segment(self._tweet())}", self._entry(TWEET_FIELDS)
        else:
            path, body = f"/users/{self._segment(self._user())}", self._entry(USER_FIELDS)
        return self._post(path, body, "PUT")

    def _batch(self) -> Sent:
        if self.rng.random() < 0.5:
            rows = [{"tweet_id": self._tweet(), **self._entry(TWEET_FIELDS)} for _ in range(3)]
            return self._post("/tweets", {"tweets": rows})
        rows = [{"user_id": self._user(), **self._entry(USER_FIELDS)} for _ in range(3)]
        return self._post("/users", {"users": rows})

    def _delete(self) -> Sent:
        which = ("users", self._text()) if self._often() else ("tweets", self._tweet())
        return Sent("DELETE", f"/{which[0]}/{self._segment(which[1])}")

    def _noise(self) -> Sent:
        parts = [self._segment(self._text()) for _ in range(self.rng.randint(0, 4))]
        first = self.rng.choice(("timeline", "tweets", "users", "events", "score", "admin", "docs"))
        body = self.rng.randbytes(self.rng.randint(0, 200)) if self._often() else None
        return Sent(self.rng.choice(METHODS), "/" + "/".join([first, *parts]), body)

    def _entry(self, names: Sequence[str]) -> dict[str, Any]:
        chosen = self.rng.sample(names, self.rng.randint(0, len(names)))
        return {name: self._field(name) for name in chosen}

    def _field(self, name: str) -> Any:
        if self._rarely():
            return self._value()
        match name:
            case "author_id":
                return self._user()
            case "in_reply_to_id" | "conversation_id":
                return self._tweet()
            case "created_at":
                return self.rng.choice(TIMES)
            case "hashtags" | "interests" | "mentions":
                return [self._text() for _ in range(self.rng.randint(0, 3))]
            case "has_media" | "nsfw" | "toxic" | "sensitive_ok":
                return self.rng.choice((True, False, None))
            case "visibility":
                return self.rng.choice(("public", "unlisted", "followers", "mentioned", "secret"))
        return self._text()

    def _post(self, path: str, body: Any, method: str = "POST") -> Sent:
        encoded = json.dumps(body).encode()
        if self._rarely():  # cut, doubled, or with bits flipped
            spoiled = bytearray(encoded)
            for _ in range(self.rng.randint(1, 4)):
                spoiled[self.rng.randrange(len(spoiled))] ^= 1 << self.rng.randrange(8)
            encoded = bytes(spoiled[: self.rng.randint(0, 2 * len(spoiled))])
        return Sent(method, path, encoded, {"Content-Type": "application/json"})

    def _value(self) -> Any:
        depth = self.rng.random()
        if depth < 0.1:
            return [self._value() for _ in range(self.rng.randint(0, 3))]
        if depth < 0.2:
            return {self._text()[:50]: self._value()}
        return self.rng.choice((None, True, self._text(), self.rng.choice(NUMBERS)))

    def _user(self) -> Any:
        return self.rng.choice(self.users) if self._often() else self._scalar()

    def _tweet(self) -> Any:
        return self.rng.choice(self.tweets) if self._often() else self._scalar()

    def _scalar(self) -> Any:
        return self._text() if self._often() else self._value()

    def _text(self) -> str:
        if self._often():
            return self.rng.choice(TEXTS)
        return "".join(chr(self.rng.randrange(0x3000)) for _ in range(self.rng.randint(1, 20)))

    def _count(self) -> int:
        return self.rng.choice((0, 1, 1, 2, 10, 50))

    def _often(self) -> bool:
        return self.rng.random() < 0.8

    def _rarely(self) -> bool:
        return self.rng.random() < 0.1

    @staticmethod
    def _segment(value: Any) -> str:
        return quote(str(value), safe="", errors="surrogatepass")[:9_000]


def _query(asked: dict[str, Any]) -> str:
    parts = (f"{name}={quote(str(value), errors='surrogatepass')}" for name, value in asked.items())
    return f"?{'&'.join(parts)}"[:9_000] if asked else ""
