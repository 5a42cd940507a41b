"""The deployed proxy asks another replica where one is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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
    for _ in range(10):
        with pytest.raises(OSError, match=r"50[23]"):
            asked(proxy, "/timeline/1?busy")
    assert asked(proxy, "/timeline/1") == 200
