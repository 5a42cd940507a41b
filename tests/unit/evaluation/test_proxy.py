"""The deployed proxy asks another replica where one is away."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from evaluation.cluster.postgres_server import free_port
from evaluation.cluster.proxy import NoProxyError, Proxy

AWAY = 2  # of three


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503 if "busy" in self.path else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as there:
        thread = threading.Thread(target=there.serve_forever, daemon=True)
        thread.start()
        replicas = [("127.0.0.1", free_port()) for _ in range(AWAY)]
        try:
            found = Proxy(tmp_path / "proxy", [*replicas, ("127.0.0.1", there.server_port)])
            found.start()
        except NoProxyError as error:
            pytest.skip(str(error))
        yield found
        found.stop()
        there.shutdown()


def asked(proxy: Proxy, path: str, method: str = "GET") -> int:
    host, port = proxy.address
    with urlopen(Request(f"http://{host}:{port}{path}", method=method)) as answer:
        return int(answer.status)


def test_no_request_fails_while_one_replica_is_there(proxy: Proxy) -> None:
    for user in range(30):
        assert asked(proxy, f"/timeline/{user}") == 200
        assert asked(proxy, "/events", "POST") == 200


def test_a_replica_that_was_busy_is_asked_again(proxy: Proxy) -> None:
    for user in range(10):  # whichever is asked last: one is busy, the others are not there
        with pytest.raises(HTTPError, match="503"):
            asked(proxy, f"/timeline/{user}?busy")
    assert asked(proxy, "/timeline/1") == 200


def test_where_nobody_answers_it_is_said_when_to_ask_again(tmp_path: Path) -> None:
    try:
        proxy = Proxy(tmp_path / "proxy", [("127.0.0.1", free_port())])
        proxy.start()
    except NoProxyError as error:
        pytest.skip(str(error))
    try:
        with pytest.raises(HTTPError, match="503") as refused:
            asked(proxy, "/timeline/1")
    finally:
        proxy.stop()
    answer = refused.value
    assert (answer.headers["Retry-After"], json.load(answer)["status"]) == ("1", 503)
    assert answer.headers["Content-Type"] == "application/problem+json"
