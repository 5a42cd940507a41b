"""A request never waits for a compiler: all that it calls is ready before the first one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ml import kernels


@pytest.mark.skipif(not kernels.IS_COMPILED, reason="plain Python is compiled by nobody")
@pytest.mark.parametrize("way", ["alone", "shared"])
def test_every_kernel_is_ready_before_the_first_request(
    way: str, tiny_artifacts: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.laws.varied_requests", str(tiny_artifacts)]
    ended = subprocess.run(
        [*command, str(tmp_path / "events.db"), way],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split("\n") == ["", ""], "these were not"
