"""No route of the application is open by oversight: these laws go over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.routing import BaseRoute, Mount, Route

from app.api import access, openapi
from app.main import create_app
from app.serving.engine import Engine

OPEN = {
    "/",
    "/page/1/1",
    "/livez",
    "/readyz",
    "/metrics",
    "/docs",
    "/docs/oauth2-redirect",
    "/redoc",
    "/openapi.json",
}


def operations(app: FastAPI) -> Iterator[tuple[str, str]]:
    """The methods and paths of all routes, with `1` for every parameter."""
    for route in _flat(app.routes):
        assert isinstance(route, Route | Mount), f"{route!r} is of a kind that nothing guards"
        path = re.sub(r"\{[^}]+\}", "1", route.path)
        if isinstance(route, Mount):
            assert f"{path}/" in access.ASSETS, f"{path} is mounted, and no check runs inside"
            continue
        assert isinstance(route, APIRoute) or path in OPEN, f"no check runs at {path}"
        for method in sorted(route.methods or ()):
            yield method, path


def _flat(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        router = getattr(route, "original_router", None)
        yield from _flat(router.routes) if router else [getattr(route, "route", route)]


def client(engine: Engine, peer: str = "127.0.0.1", **given: Any) -> TestClient:
    settings = engine.settings.model_copy(update=given)
    app = create_app(settings, engine)
    return TestClient(
        app, base_url="http://127.0.0.1", client=(peer, 1), raise_server_exceptions=False
    )


@pytest.fixture(scope="module")
def every(tiny_engine: Engine) -> list[tuple[str, str]]:
    found = list(operations(create_app(tiny_engine.settings, tiny_engine)))
    assert len(found) > 20
    return found


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.1.2.3", {}),
        ("127.0.0.1", {"Host": "evil.example"}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"Origin": "https://evil.example"}),
        ("127.0.0.1", {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_no_route_that_writes_trusts_a_caller_that_is_not_direct(
    tiny_engine: Engine, every: list[tuple[str, str]], peer: str, headers: dict[str, str]
) -> None:
    with client(tiny_engine, peer) as caller:
        for method, path in every:
            if access.purpose(method, path) == "write":
                answer = caller.request(method, path, headers=headers, json={})
                assert answer.status_code == 403, (method, path)


def test_no_route_that_writes_takes_what_a_page_may_send_without_asking(
    tiny_engine: Engine, every: list[tuple[str, str]]
) -> None:
    with client(tiny_engine) as caller:
        for method, path in every:
            if access.purpose(method, path) == "write" and method != "DELETE":
                answer = caller.request(
                    method, path, content=b"{}", headers={"Content-Type": "text/plain"}
                )
                assert answer.status_code == 415, (method, path)


def test_few_routes_read_by_another_method(every: list[tuple[str, str]]) -> None:
    reading = {
        (method, path)
        for method, path in every
        if method not in ("GET", "HEAD") and access.purpose(method, path) != "write"
    }
    paths = "/score", "/timeline/1/preview", "/timeline/1/sandbox", "/users/1/rehearsal"
    assert reading == {("POST", path) for path in paths}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_a_public_route_answers_no_other_method_with_or_without_a_key(
    tiny_engine: Engine, method: str
) -> None:
    with client(tiny_engine, "10.1.2.3", api_key=SecretStr("the key that writes")) as caller:
        for path in access.PUBLIC:
            answer = caller.request(method, path, json={})
            assert answer.status_code == 405, path
            assert answer.headers["allow"] == "GET, HEAD"


def test_the_document_names_the_keys_that_are_set(tiny_engine: Engine) -> None:
    optional: list[dict[str, Any]] = [{}]
    for given, keyless in (({}, optional), (PRIVATE[3], [])):
        with client(tiny_engine, **given) as caller:
            operations = caller.get("/openapi.json").json()["paths"]["/users/{user_id}"]
            assert operations["get"]["security"] == [*keyless, {"Reader": []}]
            assert operations["put"]["security"] == [*keyless, {"APIKeyHeader": []}]


READ_KEY = "the key that reads"
SECRET = "a secret of thirty-two bytes or more"
PRIVATE: list[dict[str, Any]] = [
    {"read_key": SecretStr(READ_KEY)},
    {"token_secret": SecretStr(SECRET)},
    {"read_key": SecretStr(READ_KEY), "token_secret": SecretStr(SECRET)},
    {"read_key": SecretStr(READ_KEY), "api_key": SecretStr("the key that writes")},
]


def bearer(given: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {given}"}


def token(sub: str, secret: str = SECRET) -> dict[str, str]:
    return bearer(jwt.encode({"sub": sub}, secret, "HS256"))


def body_of(path: str, user_id: str = "1") -> dict[str, Any]:
    return {"user_id": user_id, "tweet_ids": ["1"]} if path == "/score" else {}


@pytest.mark.parametrize("given", PRIVATE)
def test_where_reading_is_private_no_route_reads_without_a_key_or_a_token(
    tiny_engine: Engine, every: list[tuple[str, str]], given: dict[str, Any]
) -> None:
    strangers: list[dict[str, str]] = [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": "the key that writes"},
        {"Authorization": "Basic abc"},
        bearer(""),
        bearer("nonsense"),
        token("1", "another secret of thirty-two bytes or more"),
    ]
    with client(tiny_engine, **given) as caller:
        for headers in strangers:
            for method, path in every:
                if access.purpose(method, path) == "write":
                    continue
                answer = caller.request(method, path, headers=headers, json=body_of(path))
                assert (answer.status_code == 401) == (path not in OPEN), (method, path, headers)
                if answer.status_code == 401:
                    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_read_key_reads_everything_and_writes_nothing(
    tiny_engine: Engine, every: list[tuple[str, str]]
) -> None:
    with client(tiny_engine, "10.1.2.3", read_key=SecretStr(READ_KEY)) as caller:
        for headers in ({"X-API-Key": READ_KEY}, bearer(READ_KEY)):
            for method, path in every:
                answer = caller.request(method, path, headers=headers, json=body_of(path))
                writes = access.purpose(method, path) == "write"
                assert (answer.status_code == 403) == writes, (method, path)
                assert answer.status_code != 401, (method, path)


def test_a_token_reads_only_what_belongs_to_its_sub(
    tiny_engine: Engine, every: list[tuple[str, str]]
) -> None:
    """A later route is covered: unless it names the user as `user_id`, no token reads it."""
    own = set()
    with client(tiny_engine, token_secret=SecretStr(SECRET)) as caller:
        for method, path in every:
            if access.purpose(method, path) != "read" or path in access.IMPERSONAL:
                continue
            if access.OWNED.fullmatch(path):
                continue  # its test is in tests/story/test_replay_story.py
            ask = partial(caller.request, method, path, json=body_of(path))
            assert ask(headers=token("another")).status_code == 403, (method, path)
            if ask(headers=token("1")).status_code != 403:
                own.add(path)
        for path in access.IMPERSONAL:
            assert caller.get(path, headers=token("another")).status_code == 200
    asked = ("why/1", "preview", "cards", "dropped", "sandbox")
    about_a_timeline = {"/timeline/1", *(f"/timeline/1/{one}" for one in asked)}
    about_a_user = {"/users/1", "/users/1/profile", "/users/1/rehearsal", "/users/1/data"}
    assert own == about_a_timeline | about_a_user | {
        "/steering/1",
        "/transparency/1",
        "/follow-recommendations/1",
        "/score",
    }


def test_a_token_writes_nothing(tiny_engine: Engine, every: list[tuple[str, str]]) -> None:
    with client(tiny_engine, "10.1.2.3", token_secret=SecretStr(SECRET)) as caller:
        for method, path in every:
            if access.purpose(method, path) == "write":
                answer = caller.request(method, path, headers=token("1"), json={})
                assert answer.status_code == 403, (method, path)


def test_what_is_public_names_nobody_where_reading_is_private(tiny_engine: Engine) -> None:
    with client(tiny_engine) as caller:
        example = openapi.reader(tiny_engine)
        assert f'"example":"{example}"' in caller.get("/openapi.json").text
    with client(tiny_engine, read_key=SecretStr(READ_KEY)) as caller:
        assert '"example":' not in caller.get("/openapi.json").text


def test_head_is_answered_wherever_get_is(
    tiny_engine: Engine, every: list[tuple[str, str]]
) -> None:
    with client(tiny_engine) as caller:
        for method, path in every:
            if method == "GET":
                get, head = caller.get(path), caller.head(path)
                assert head.status_code == get.status_code, path
                assert head.headers["content-type"] == get.headers["content-type"], path
                assert head.content == b"", path
                assert "HEAD" in caller.patch(path, json={}).headers.get("allow", "HEAD"), path


def test_the_root_path_of_a_proxy_changes_no_rule(
    tiny_engine: Engine, every: list[tuple[str, str]]
) -> None:
    with client(tiny_engine, "10.1.2.3", root_path="/feed") as caller:
        for method, path in every:
            for given in (path, f"/feed{path}"):
                writes = access.purpose(method, path) == "write"
                expected = 403 if writes or access.PERSONAL.fullmatch(path) else 200
                body = {"user_id": "1", "tweet_ids": ["1"]} if path == "/score" else {}
                answer = caller.request(method, given, json=body if method != "GET" else None)
                assert answer.status_code in (expected, 404, 410, 422), (method, given)
                assert (answer.status_code == 403) == (expected == 403), (method, given)


def test_the_documentation_works_under_the_root_path(tiny_engine: Engine) -> None:
    with client(tiny_engine, root_path="/feed") as caller:
        for prefix in ("", "/feed"):  # the proxy removes it, or not
            assert caller.get(f"{prefix}/openapi.json").json()["servers"] == [{"url": "/feed"}]
            for page in ("/docs", "/redoc"):
                text = caller.get(f"{prefix}{page}").text
                needed = re.findall(
                    r"""(?:src|href|spec-url|Url)[=:] ?["']([^"']+)|url: '([^']+)'""", text
                )
                assert len(needed) >= 3
                for names in needed:
                    wanted = "".join(names)
                    assert wanted.startswith("/feed/") or "oauth2" in wanted, wanted
                    if "oauth2" not in wanted:
                        assert caller.get(wanted).status_code == 200
                        assert caller.get(wanted.removeprefix("/feed")).status_code == 200
