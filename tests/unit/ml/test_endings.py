"""How a command ends."""

from __future__ import annotations

import subprocess
import sys

import pytest


def ended(body: str) -> tuple[int, str]:
    """The exit status of a command that does this, and what it says of it."""
    lines = f"from ml import command\ndef main():\n    {body}\n    return 3\ncommand.run(main)"
    process = subprocess.Popen(
        [sys.executable, "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()  # nobody reads
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    return process.wait(), said


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("pass", 3, ""),
        ("print('x')", 141, ""),
        ("print('x' * 100_000)", 141, ""),
        ("raise SystemExit(0)", 0, ""),
        ("raise KeyboardInterrupt", 130, ""),
        (
            "open('/no/such/file')",
            2,
            "error: [Errno 2] No such file or directory: '/no/such/file'\n",
        ),
    ],
)
def test_what_the_world_interrupts_ends_in_a_line_at_most(
    body: str, status: int, said: str
) -> None:
    assert ended(body) == (status, said)


def test_our_own_mistakes_are_still_shown_in_full() -> None:
    status, said = ended("raise KeyError('ours')")
    assert status == 1
    assert said.startswith("Traceback")
