"""Asks a service that is ready for everything, and prints the kernels that had to be made ready
while it answered. A process of its own: what one test compiled is ready for the next."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.main import create_app
from app.serving.engine import Engine
from app.serving.shared_engine import service_of, shared_engine
from app.settings import Settings
from ml import kernels
from ml.actions import BY_LABEL, ON_TEXTS, ON_USERS
from ml.bundle import state_source

PRODUCTS = ("for_you", "following", "without_profiling")


def main(artifacts: Path, log: Path, is_shared: bool) -> None:
    """Print a line for each kernel that was not ready, in a process that is alone, or in one of
    several."""
    settings = Settings(
        artifacts=artifacts, data_dir=state_source(artifacts), log=log, log_level="error"
    )
    service = service_of(shared_engine(settings)) if is_shared else None
    with TestClient(create_app(settings, service=service)) as client:
        ready = set(kernels.ready())
        ask(client)
        print(*sorted(map(str, set(kernels.ready()) - ready)), sep="\n")


def ask(client: TestClient) -> None:
    """Every reader asks for everything, before and after every sort of record."""
    engine: Engine = client.app_state["service"].engine
    users = [*engine.state.users.ids.all_ids().head(25), "somebody-new"]
    tweets = [*engine.state.tweets.ids.all_ids().head(40)]
    for user in users:
        read(client, user, tweets)
    for user in (users[0], "somebody-new"):  # in a copy, before it is written
        sent = [*events(user, users[2], tweets[:3])]
        written(client.post(f"/timeline/{user}/sandbox", json={"events": sent}))
        written(client.post(f"/users/{user}/rehearsal", json={"text": "words", "people": 10}))
    for row in rows(users[0], tweets[0]):
        written(client.put(row.pop("path"), json=row))
    offset = ""
    for user in (users[0], users[1], "somebody-new"):
        sent = [*events(user, users[2], tweets[:3])]
        offset = written(client.post("/events", json={"events": sent}))["offset"]
    for path in (f"/tweets/{tweets[3]}", f"/users/{users[3]}"):
        offset = written(client.delete(path))["offset"]
    for user in users:
        read(client, user, tweets, after_offset=offset)


def read(client: TestClient, user: str, tweets: list[str], **asked: Any) -> None:
    for product in PRODUCTS:
        for limit in (1, 10, 100):
            asked |= {"limit": limit, "product": product}
            page = read_one(client, f"/timeline/{user}", asked)
            for _ in range(3):
                if (cursor := page["next_cursor"]) is not None:
                    page = read_one(client, f"/timeline/{user}", asked | {"cursor": cursor})
    read_one(client, f"/timeline/{user}", {"explain": True, "peek": True})
    for tweet in tweets[:8]:
        read_one(client, f"/timeline/{user}/why/{tweet}", {})
    read_one(client, f"/timeline/{user}/why/{tweets[0]}", {"product": "following"})
    tried = {"overrides": {"rules": "varied", "source_half_life_hours": 5}, "compare": True}
    written(client.post(f"/timeline/{user}/preview", json=tried))
    read_one(client, f"/timeline/{user}/cards", {"tweet_id": tweets})
    for product in PRODUCTS:
        read_one(client, f"/timeline/{user}/dropped", {"product": product})
    read_one(client, f"/users/{user}/profile", {})
    read_one(client, "/users", {"find": user, "follows_nobody": True})
    read_one(client, f"/follow-recommendations/{user}", {"limit": 20})
    written(client.post("/score", json={"user_id": user, "tweet_ids": tweets}))


def rows(user: str, tweet: str) -> Iterator[dict[str, Any]]:
    """New and changed rows of the catalog."""
    yield {"path": f"/users/{user}", "interests": ["music"], "sensitive_ok": True}
    yield {"path": "/users/somebody-new", "interests": ["music"]}
    yield {"path": "/tweets/a-new-one", "author_id": user, "text": "words", "topic": "music"}
    yield {"path": "/tweets/an-answer", "author_id": user, "in_reply_to_id": tweet, "text": "yes"}
    yield {"path": "/tweets/a-secret", "author_id": user, "visibility": "followers", "text": "psst"}


def events(user: str, other: str, tweets: list[str]) -> Iterator[dict[str, Any]]:
    """An event of every action."""
    for label, action in BY_LABEL.items():
        about = {"tweet_id": tweets[0]}
        if action in ON_TEXTS:
            about = {"text": "word" if "word" in label else "example.org"}
        elif action in ON_USERS:
            about = {"target_user_id": other}
        yield {"action": label, "user_id": user, **about}
    for label in ("like", "not_interested"):
        yield {"action": label, "user_id": user, "tweet_id": tweets[1]}
    yield {"action": "follow", "user_id": user, "target_user_id": other, "tweet_id": tweets[2]}


def read_one(client: TestClient, path: str, asked: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(path, params=asked)
    assert answer.status_code in (200, 404), answer.text
    page: dict[str, Any] = answer.json()
    return page


def written(answer: Any) -> dict[str, Any]:
    assert answer.status_code in (200, 202, 404), answer.text
    given: dict[str, Any] = answer.json()
    return given


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), is_shared="shared" in sys.argv[3:])
