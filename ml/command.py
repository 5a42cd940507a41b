"""Runs a command and turns interrupts, closed pipes and I/O errors into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final, NoReturn

INTERRUPTED: Final = 128 + 2  # as a shell reports SIGINT and SIGPIPE
READER_LEFT: Final = 128 + 13


def run(main: Callable[[], int]) -> NoReturn:
    """Exit with the status that `main` returns, without a traceback for a closed pipe."""
    try:
        try:
            code = main()
        finally:
            print(end="", flush=True)  # here, where it may fail
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = READER_LEFT
        _write_no_more()
    except OSError as error:
        code = 2
        print(f"error: {error}", file=sys.stderr)
        _write_no_more()
    sys.exit(code)


def _write_no_more() -> None:
    """Redirect stdout to the null device, so that the flush at exit cannot fail again."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
