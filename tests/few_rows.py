"""Tables of a few rows, which `check` reads although they are too few to train on."""

from __future__ import annotations

import pytest

from ml.__main__ import main


def reads(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What `check` prints of tables with nothing wrong but that they are few."""
    capsys.readouterr()
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1, printed.err
    assert "at least 50 are needed" in printed.err
    return printed.out
