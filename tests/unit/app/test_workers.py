"""Several processes do the same work: one that ends is replaced, and all end together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

START = """
import os, signal, sys, time
from pathlib import Path
from app.cli.workers import CANNOT_START, Workers

def begun() -> int:
    with Path("begun").open("a") as file:
        file.write(".")
    return Path("begun").stat().st_size
"""
END = """
workers = Workers(2, work)
workers.run()
print("failed" if workers.failed_to_start else "ended", begun() - 1)
"""


def run(folder: Path, work: str) -> str:
    """How two workers ended, and how many processes began to work."""
    ended = subprocess.run(
        [sys.executable, "-c", START + work + END],
        cwd=folder, capture_output=True, text=True, check=True, timeout=60,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    return ended.stdout.strip()


def test_a_process_that_ends_is_replaced_until_a_signal_ends_all(tmp_path: Path) -> None:
    work = """
def work():
    if begun() == 5:
        os.kill(os.getppid(), signal.SIGTERM)
        signal.pause()
    return 1 if Path("begun").stat().st_size < 4 else signal.pause()
"""
    assert run(tmp_path, work) == "ended 5"


def test_where_one_cannot_start_no_other_takes_its_place(tmp_path: Path) -> None:
    assert run(tmp_path, "def work():\n    begun()\n    return CANNOT_START\n").startswith("failed")


def test_an_exception_is_a_process_that_cannot_start(tmp_path: Path) -> None:
    assert run(tmp_path, "def work():\n    begun()\n    raise OSError('no room')\n").startswith(
        "failed"
    )
