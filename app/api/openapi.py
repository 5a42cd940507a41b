"""The OpenAPI document of the service, with examples from the loaded data while it runs."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api import access, problems
from app.serving.engine import Engine
from app.settings import Settings

TWEETS: Final = 3  # in an example
WRITTEN: Final = {"user_id": "example-user", "tweet_id": "example-tweet"}  # of example writes
TAGS: Final = (  # in the order in which somebody needs them
    ("feed", "Timelines, and why they are as they are."),
    ("steering", "What people want more or less of."),
    ("transparency", "What decides, what is kept, and a choice."),
    ("events", "What people do."),
    ("catalog", "Users and tweets."),
    ("operations", "Whether it is well, what is served, and with what."),
)
Document = dict[str, Any]  # JSON, as FastAPI has it


def of(app: FastAPI, settings: Settings) -> Document:
    """The OpenAPI document without examples. It does not depend on the loaded data; of the settings
    only on which keys are set."""
    schema = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
        tags=[{"name": name, "description": about} for name, about in TAGS],
    )
    return access.document(problems.document(schema), settings)


def text(document: Document) -> str:
    """The document as text, as it is checked in at app/openapi.json."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def with_examples(document: Document, engine: Engine) -> Document:
    """The document with example ids and bodies, so that each operation can be tried as it is."""
    user, tweets = reader(engine), _tweets(engine)
    read = {
        "user_id": user,
        "tweet_id": tweets[0] if tweets else None,
        "request_id": "the-X-Request-ID-of-a-timeline",
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            given = WRITTEN if method in ("put", "delete") else read
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and given.get(parameter["name"]) is not None:
                    parameter["example"] = given[parameter["name"]]
                elif parameter["name"] == "tweet_id" and tweets:  # several, in the query
                    parameter["example"] = tweets
            if (body := _body(path, user, tweets)) is not None and "requestBody" in operation:
                operation["requestBody"]["content"]["application/json"]["example"] = body
    return document


def _body(path: str, user: str, tweets: list[str]) -> Document | None:
    """An example body for a path, harmless to send; None where the path has none."""
    person = {"name": "Ada", "interests": ["science"]}
    tweet = {"author_id": WRITTEN["user_id"], "text": "Good morning", "topic": "science"}
    bodies: dict[str, Document] = {
        "/users": {"users": [{"user_id": WRITTEN["user_id"], **person}]},
        "/users/{user_id}": person,
        "/tweets": {"tweets": [{"tweet_id": WRITTEN["tweet_id"], **tweet}]},
        "/tweets/{tweet_id}": tweet,
        "/timeline/{user_id}/preview": {"overrides": {"out_of_network_factor": 1}, "compare": True},
        "/users/{user_id}/rehearsal": {"text": "Good morning", "topic": "science"},
        "/steering/{user_id}": {"text": "less politics for 3 days, no spoilers"},
        "/transparency/{user_id}": {"product": "without_profiling"},
        "/admin/reload": {},
        "/admin/rollback": {},
    }
    if tweets:
        like = {"event_id": "example", "action": "like", "user_id": user, "tweet_id": tweets[0]}
        bodies["/events"] = {"events": [like]}
        bodies["/timeline/{user_id}/sandbox"] = {"events": [like]}
        bodies["/score"] = {"user_id": user, "tweet_ids": tweets}
    return bodies.get(path)


def reader(engine: Engine) -> str:
    """The id of a user with a full feed: the most active one who follows somebody."""
    state = engine.state
    everybody = np.arange(len(state.users), dtype=np.int32)
    if not len(everybody):
        return "me"
    _, who = state.graph.followees(everybody)
    follows = np.bincount(who, minlength=len(everybody)) > 0
    busiest_last = np.lexsort((state.history.written[everybody], follows))
    return state.users.ids.id(int(busiest_last[-1]))


def _tweets(engine: Engine) -> list[str]:
    """The ids of the newest tweets."""
    newest = engine.state.published(engine.clock.now())[: -TWEETS - 1 : -1]
    return engine.state.tweets.ids.ids(newest)
