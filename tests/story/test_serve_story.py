"""Somebody starts the real process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

NAMED = {"X-Request-ID": "the-same"}


@contextmanager
def server(artifacts: Path, data: Path, log: Path, hash_seed: str) -> Iterator[str]:
    """The URL of a service at an instant that does not pass, and its example."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": hash_seed,
        "FORYOU_PORT": "0",
        "FORYOU_ARTIFACTS": str(artifacts),
        "FORYOU_DATA_DIR": str(data),
        "FORYOU_LOG": str(log),
        "FORYOU_CLOCK": "2026-02-27T12:00:00Z",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"for example (\S+)", process.stdout.readline())
        assert found is not None
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=10)
    assert process.returncode in (0, -15)


def answer(url: str) -> bytes:
    content = httpx.get(url, headers=NAMED).raise_for_status().content
    return re.sub(rb'"next_cursor":"[^"]+"', b'"next_cursor":"..."', content)


def test_two_processes_answer_byte_for_byte_the_same(
    tiny_artifacts: Path, tiny_data: Path, tmp_path: Path
) -> None:
    """All but the cursor, which is signed with the secret of each log."""
    answers = []
    for hash_seed in ("1", "2"):
        with server(tiny_artifacts, tiny_data, tmp_path / f"{hash_seed}.db", hash_seed) as example:
            url = example.partition("?")[0]
            unknown = re.sub(r"[^/]+$", "never-met", url)
            answers.append(answer(unknown) + answer(url))  # what is served changes what is known
    assert answers[0] == answers[1]
