"""Every request in the documents is answered."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.docs.documents import NAMES, commands

HERE = "http://127.0.0.1:8000"
TWEETS = {"9941": "41", "9789": "789", "1561": "561"}  # of the default world, and of a tiny one


def requests(name: str) -> list[list[str]]:
    return [shlex.split(command)[1:] for command in commands(name) if command.startswith("curl ")]


def headers(words: list[str]) -> dict[str, str]:
    given = (word for before, word in pairwise(words) if before == "-H")
    return dict(header.split(": ", 1) for header in given)


DOCUMENTS = [name for name in NAMES if requests(name)]


@pytest.fixture
def service(tiny_artifacts: Path, tiny_data: Path, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(
        artifacts=tiny_artifacts, data_dir=tiny_data, log=tmp_path / "events.db", log_level="error"
    )
    with TestClient(create_app(settings), base_url=HERE) as client:
        yield client


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_request_is_answered(name: str, service: TestClient) -> None:
    offset = "0"
    for words in requests(name):
        (url,) = (word for word in words if "localhost:" in word or "127.0.0.1:" in word)
        path = url[url.index("/", len("http://")) :]
        if "-d" in words:
            body = words[words.index("-d") + 1]
            for there, here in TWEETS.items():
                body = body.replace(there, here)
            method = words[words.index("-X") + 1] if "-X" in words else "POST"
            answer = service.request(method, path, json=json.loads(body))
            offset = answer.json().get("offset", offset)
        else:
            path = path.replace("after_offset=3", f"after_offset={offset}")
            method = words[words.index("-X") + 1] if "-X" in words else "GET"
            answer = service.request(method, path, headers=headers(words))
        assert answer.status_code == 200, answer.text


def test_requests_are_shown() -> None:
    assert {"README.md", "docs/reference/api.md", "docs/how-to/send-events.md"} <= set(DOCUMENTS)
