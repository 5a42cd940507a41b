"""A child process that imports what this one does, whatever lies in the working directory."""

from __future__ import annotations

import json
import sys
from typing import Final

START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from app.__main__ import main; sys.exit(main(sys.argv[2:]))"
)


RUN: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from importlib import import_module; import_module(sys.argv[2]).main()"
)


def running(module: str) -> list[str]:
    """The command line that calls `main()` of a module, with this process's import path."""
    return [sys.executable, "-P", "-c", RUN, json.dumps(sys.path), module]


def command(*arguments: str) -> list[str]:
    """The command line of `python -m app ARGUMENTS` with this process's import path.

    A project may have a package `app` of its own; `-m app` would find that one.
    """
    return [sys.executable, "-P", "-c", START, json.dumps(sys.path), *arguments]
