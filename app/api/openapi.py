"""What the service answers, as a document; while it runs, with examples of what is there."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api import problems
from app.engine import Engine

TWEETS: Final = 3  # in an example
Document = dict[str, Any]  # JSON, as FastAPI has it


def of(app: FastAPI) -> Document:
    """The same whatever data is loaded."""
    schema = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    return problems.document(schema)


def text(document: Document) -> str:
    """As it is checked in, at app/openapi.json."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def with_examples(document: Document, engine: Engine) -> Document:
    """The same document, in which whatever is pressed answers with a full page."""
    user, tweets = reader(engine), _tweets(engine)
    given = {"user_id": user, "tweet_id": tweets[0] if tweets else None}
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path" and given.get(parameter["name"]) is not None:
                    parameter["example"] = given[parameter["name"]]
    if tweets:
        content = document["paths"]["/score"]["post"]["requestBody"]["content"]
        content["application/json"]["example"] = {"user_id": user, "tweet_ids": tweets}
    return document


def reader(engine: Engine) -> str:
    """Somebody with a full feed: the busiest of those who follow somebody."""
    state = engine.state
    everybody = np.arange(len(state.users), dtype=np.int32)
    if not len(everybody):
        return "me"
    _, who = state.graph.followees(everybody)
    follows = np.bincount(who, minlength=len(everybody)) > 0
    busiest_last = np.lexsort((state.history.written[everybody], follows))
    return state.users.ids.id(int(busiest_last[-1]))


def _tweets(engine: Engine) -> list[str]:
    """The newest."""
    newest = engine.state.published(engine.clock.now())[: -TWEETS - 1 : -1]
    return engine.state.tweets.ids.ids(newest)
