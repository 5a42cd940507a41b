"""A server in a process of its own, for as long as it is needed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

URL: Final = re.compile(r"http://([\d.]+):(\d+)/")
PATIENCE: Final = 10  # seconds to stop in

Address = tuple[str, int]


@contextmanager
def process(module: str, *arguments: str, settings: Mapping[str, str]) -> Iterator[Address]:
    """Where `python -m module` listens; its first line of output must say so.

    Raises:
        ChildProcessError: it ended instead; its own words are on standard error.
    """
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, **settings}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            found = URL.search(running.stdout.readline())
            if found is None:
                raise ChildProcessError(f"python -m {module} did not start")
            yield found[1], int(found[2])
        finally:
            running.terminate()
            try:
                running.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                running.kill()
