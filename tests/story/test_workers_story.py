"""Somebody starts several processes where there is nothing that they could serve."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def started(artifacts: Path) -> tuple[int, str]:
    """The exit status of two workers, and the last line of what they write."""
    environment = {**os.environ, "FORYOU_PORT": "0", "FORYOU_ARTIFACTS": str(artifacts)}
    done = subprocess.run(
        [sys.executable, "-m", "app", "--workers", "2"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("current", [None, "a1b2c3"])
def test_workers_that_cannot_serve_end_with_two(tmp_path: Path, current: str | None) -> None:
    """Nothing was trained; or what is current is not there."""
    if current is not None:
        (tmp_path / "current").write_text(current)
    status, line = started(tmp_path)
    assert status == 2
    assert line.startswith("error: ")
    assert ("a1b2c3" in line) == (current is not None)
