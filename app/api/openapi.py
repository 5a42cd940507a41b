"""The OpenAPI document of the service, with examples from the loaded data while it runs."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import numpy as np
import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from app.api import access, problems
from app.serving.engine import Engine
from app.settings import Settings

TWEETS: Final = 3  # in an example
ANSWERS: Final = Path(__file__).with_name("answers.json")  # python -m evaluation.examples writes it
ABOUT: Final = "An answer of the synthetic world, with the first entries of each list"
REQUEST: Final = "the-X-Request-ID-of-a-timeline"
JSON: Final = "application/json"
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
_made: Final[dict[Hashable, tuple[bytes, Sequence[BaseRoute]]]] = {}  # and its routes


class ExampleRequest(NamedTuple):
    """A request to an operation, made of the examples that the document gives for it."""

    operation: str
    method: str
    path: str  # with its query
    body: Document | None
    is_json: bool  # whether it answers so


def of(app: FastAPI, settings: Settings) -> Document:
    """The OpenAPI document without examples of requests. It does not depend on the loaded data; of
    the settings only on which keys are set."""
    return access.document(problems.document(_schema(app)), settings)


def _schema(app: FastAPI) -> Document:
    """What the framework says of the routes, with an answer of each. It takes half a second, and is
    the same for all applications of a process, as their routes are."""
    routes = tuple(map(_identity, app.routes))
    if routes not in _made:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            tags=[{"name": name, "description": about} for name, about in TAGS],
        )
        _show_answers(schema)
        _made[routes] = orjson.dumps(schema), app.routes  # held, so that no other has their ids
    document: Document = orjson.loads(_made[routes][0])
    return document


def _identity(route: BaseRoute) -> Hashable:
    """What tells a route from others in the document: its router, which is always included in the
    same way, or its path and its function."""
    if not getattr(route, "include_in_schema", True):
        return None
    router = getattr(route, "original_router", None)  # where the framework keeps routers whole
    return id(router) if router else (getattr(route, "path", ""), getattr(route, "endpoint", None))


def text(document: Document) -> str:
    """The document as text, as it is checked in at app/openapi.json."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def with_examples(document: Document, engine: Engine) -> Document:
    """The document with example ids and bodies, so that each operation can be tried as it is."""
    user, tweets = reader(engine), _tweets(engine)
    read = {
        "user_id": user,
        "tweet_id": tweets[0] if tweets else None,
        "request_id": REQUEST,
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


def requests(document: Document) -> Iterator[ExampleRequest]:
    """One for every operation of a document with examples; those that delete come last, since
    others need what they delete."""
    yield from sorted(_requests(document), key=lambda one: one.method == "DELETE")


def _requests(document: Document) -> Iterator[ExampleRequest]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            given: dict[str, dict[str, Any]] = {"path": {}, "query": {}}
            for one in operation.get("parameters", ()):
                if "example" in one:
                    given[one["in"]][one["name"]] = one["example"]
            filled = {name: quote(str(one), safe="") for name, one in given["path"].items()}
            asked = f"?{urlencode(given['query'], doseq=True)}" if given["query"] else ""
            yield ExampleRequest(
                operation["operationId"],
                method.upper(),
                path.format(**filled) + asked,
                operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example"),
                JSON in operation["responses"]["200"].get("content", {}),
            )


def _show_answers(schema: Document) -> None:
    """Show an answer of each operation."""
    answers = json.loads(ANSWERS.read_text(encoding="utf-8"))
    for operations in schema["paths"].values():
        for operation in operations.values():
            if (answer := answers.get(operation["operationId"])) is not None:
                content = operation["responses"]["200"]["content"][JSON]
                content["examples"] = {"world": {"summary": ABOUT, "value": answer}}


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
