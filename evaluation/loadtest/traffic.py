"""People do things: events of every kind, drawn from a seed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from evaluation.client import request
from ml.actions import BY_LABEL, ON_TEXTS, ON_USERS, Action
from ml.state.feature_state import FeatureState

Body = dict[str, Any]  # JSON

SHARES: Final = {  # of all events; what is not named here is as rare as a block
    Action.IMPRESSION: 0.35,
    Action.LIKE: 0.2,
    Action.CLICK: 0.1,
    Action.DWELL: 0.05,
    Action.RETWEET: 0.05,
    Action.REPLY: 0.03,
    Action.FOLLOW: 0.05,
}
RARE: Final = 0.01
DATED: Final = 0.1  # the share that happened some time ago
AGO_SECONDS: Final = 3 * 86_400
NEW: Final = 5_000  # tweets that are still talked about
TOPICS: Final = ("jazz", "science", "football", "cooking", "politics", "games")
ACTIONS: Final = (*BY_LABEL.values(), Action.IMPRESSION)


class Traffic:
    """Draws what is sent; `name` makes its ids its own."""

    def __init__(self, state: FeatureState, seed: int, name: str) -> None:
        self.rng = np.random.default_rng(seed)
        self.name = name
        self.people: list[str] = state.users.ids.all_ids().to_list()
        self.tweets: list[str] = state.tweets.ids.ids(state.by_time)
        self.written: deque[str] = deque(maxlen=NEW)
        self.shown: deque[Body] = deque(maxlen=NEW)  # and not reported as seen yet
        self._made = 0
        share = np.array([SHARES.get(action, RARE) for action in ACTIONS])
        self._share = share / share.sum()

    def events(self, count: int) -> list[Body]:
        """Things that happened, mostly just now."""
        rng = self.rng
        action = rng.choice(len(ACTIONS), count, p=self._share).tolist()
        pair = rng.integers(0, len(self.people), (count, 2)).tolist()
        tweet = rng.integers(0, len(self.tweets) + len(self.written), count).tolist()
        dated = (rng.random(count) < DATED).tolist()
        return [
            self._event(ACTIONS[action[i]], user, other, tweet[i], dated[i])
            for i, (user, other) in enumerate(pair)
        ]

    def hear(self, timeline: Body) -> None:
        """A page that somebody was shown: what they may report as seen from now on."""
        about = {"user_id": timeline["user_id"], "request_id": timeline["request_id"]}
        self.shown.extend(about | {"tweet_id": item["tweet_id"]} for item in timeline["items"])

    def tweet(self) -> Body:
        """A tweet that nobody wrote before."""
        rng, name = self.rng, self.fresh()
        body: Body = {
            "tweet_id": name,
            "author_id": self.somebody(),
            "text": f"{name} is number {self._made} about {rng.choice(TOPICS)}",
            "topic": str(rng.choice(TOPICS)),
            "hashtags": [str(rng.choice(TOPICS))],
        }
        if self.written and rng.random() < 0.1:
            body["in_reply_to_id"] = self.written[-1]
        return body

    def user(self) -> Body:
        """Somebody who joins."""
        name = self.fresh()
        interests = self.rng.choice(TOPICS, 2).tolist()
        return {"user_id": name, "name": f"This is {name}", "interests": interests}

    def somebody(self) -> str:
        return self.people[int(self.rng.integers(len(self.people)))]

    def fresh(self) -> str:
        """An id that was never used."""
        self._made += 1
        return f"{self.name}-{self._made}"

    def _event(self, action: Action, user: int, other: int, tweet: int, dated: bool) -> Body:
        if action is Action.IMPRESSION and not self.shown:
            action = Action.CLICK  # nobody was shown anything that they could have seen
        body: Body = {
            "event_id": self.fresh(),
            "action": action.label,
            "user_id": self.people[user],
        }
        if action is Action.IMPRESSION:
            body |= self.shown.pop()  # what was shown last: evidence is accepted for a day
        elif action in ON_TEXTS:
            body["text"] = f"word{tweet}.example"
        elif action in ON_USERS:
            body["target_user_id"] = self.people[other if other != user else other - 1]
        else:
            known = len(self.tweets)
            body["tweet_id"] = self.tweets[tweet] if tweet < known else self.written[tweet - known]
        if dated and action is not Action.IMPRESSION:
            body["created_at"] = time.time() - self.rng.random() * AGO_SECONDS
        return body


def timelines(state: FeatureState, seed: int) -> Iterator[bytes]:
    """Requests for the first page of somebody, without end."""
    rng, people = np.random.default_rng(seed), state.users.ids.all_ids().to_list()
    while True:
        yield request("GET", f"/timeline/{people[int(rng.integers(len(people)))]}")


def name_of(event: Body) -> str:
    """What the log knows an event by: an impression by what was seen where, all else by its id."""
    if event["action"] == Action.IMPRESSION.label:
        return f"impression of {event['tweet_id']} in {event['request_id']}"
    return str(event["event_id"])
