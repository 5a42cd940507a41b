"""Who may write: the holder of the key; without a key a direct caller on this machine."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.api import access, problems
from app.settings import Settings

HERE, ELSEWHERE = "http://127.0.0.1:8000", "http://10.1.2.3:8000"
LOCAL = ("127.0.0.1", 50_000)
JSON = {"Content-Type": "application/json"}


def status(
    url: str = HERE,
    headers: dict[str, str] | None = None,
    peer: tuple[str, int] = LOCAL,
    method: str = "POST",
    **given: Any,
) -> int:
    """How an application with one route that writes answers, with these settings."""
    settings = Settings(**given)
    app = FastAPI(dependencies=[Depends(access.check_route)])
    problems.install(app)
    app.add_middleware(access.Guard, settings=settings)

    @app.api_route("/events", methods=["POST", "PUT", "DELETE"])
    async def write() -> str:
        return "written"

    with TestClient(app, base_url=url, client=peer) as client:
        answer = client.request(method, "/events", headers=JSON if headers is None else headers)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
def test_this_machine_may_write_without_a_key(host: str) -> None:
    assert status(host=host) == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "example.org"])
def test_where_others_can_reach_it_nobody_may(host: str) -> None:
    assert status(host=host) == 403


def test_an_address_that_the_settings_do_not_know_of_counts_too() -> None:
    assert status(ELSEWHERE) == 403


@pytest.mark.parametrize("url", [HERE, ELSEWHERE])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_key_opens_and_nothing_else_does(host: str, url: str) -> None:
    def answer(key: str, sent: str | None = None) -> int:
        carried = JSON | ({"X-API-Key": sent} if sent else {})
        return status(url, carried, ("10.9.9.9", 1), host=host, api_key=SecretStr(key))

    assert answer("sésame", "sesame") == 401
    assert answer("sesame") == 401
    assert answer("sesame", "sesame") == 200


@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "X-Forwarded-Anything",
        "Forwarded",
        "Via",
        "X-Real-IP",
    ],
)
def test_what_a_proxy_forwards_is_not_from_this_machine(name: str) -> None:
    assert status(headers=JSON | {name: "127.0.0.1"}) == 403


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "0.0.0.0"])
def test_a_peer_elsewhere_may_not_write(peer: str) -> None:
    assert status(peer=(peer, 1)) == 403


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_a_peer_on_this_machine_may(peer: str) -> None:
    assert status(peer=(peer, 1)) == 200


def test_a_trusted_proxy_speaks_for_others_and_so_needs_the_key() -> None:
    assert status(trusted_proxies=["127.0.0.0/8"]) == 403
    assert status(trusted_proxies=["10.0.0.0/8"]) == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", 200),
        ("localhost:8000", 200),
        ("LOCALHOST", 200),
        ("[::1]:8000", 200),
        ("evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost:8000@evil.example", 403),
        ("testserver", 403),  # the name of an application that runs in a test, asked from a socket
        ("[::1", 403),
        ("", 403),
    ],
)
def test_a_name_that_was_bound_to_loopback_is_refused(host: str, expected: int) -> None:
    assert status(headers=JSON | {"Host": host}) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:3000"}, 403),  # another program on this machine
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_foreign_page_is_refused(page: dict[str, str], expected: int) -> None:
    assert status(headers=JSON | page) == expected


def test_a_page_that_the_settings_name_may_write() -> None:
    page = {"Origin": "http://127.0.0.1:3000", "Sec-Fetch-Site": "same-site"}
    assert status(headers=JSON | page, cors_origins=["http://127.0.0.1:3000"]) == 200
    assert status(headers=JSON | page, cors_origins=["*"]) == 403


@pytest.mark.parametrize("form", ["text/plain", "application/x-www-form-urlencoded", "", "*/*"])
def test_a_write_is_json_so_that_a_browser_asks_before_it_sends_one(form: str) -> None:
    assert status(headers={"Content-Type": form}) == 415
    key = {"X-API-Key": "sesame", "Content-Type": form}
    assert status(headers=key, api_key=SecretStr("sesame")) == 415
    assert status(headers={"Content-Type": form}, method="DELETE") == 200  # is always asked about


def test_json_may_name_its_characters() -> None:
    assert status(headers={"Content-Type": "application/JSON; charset=utf-8"}) == 200


@pytest.mark.parametrize(
    ("given", "expected"),
    [("10.0.0.0/8, ::1", ("10.0.0.0/8", "::1")), ('["10.0.0.1"]', ("10.0.0.1",)), ("", ())],
)
def test_proxies_are_a_list(
    monkeypatch: pytest.MonkeyPatch, given: str, expected: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FORYOU_TRUSTED_PROXIES", given)
    assert Settings().trusted_proxies == expected


@pytest.mark.parametrize("given", ["*", "proxy.example", "10.0.0.1/8"])
def test_a_proxy_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("FORYOU_TRUSTED_PROXIES", given)
    with pytest.raises(ValueError, match="expected addresses or networks"):
        Settings()
