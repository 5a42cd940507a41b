"""How much CPU another process has used, all its threads together; the kernel counts, on Linux."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

USER, SYSTEM = 11, 12  # of the fields behind the name, which may hold spaces (proc(5))
TICKS: Final = os.sysconf("SC_CLK_TCK")  # per second


def seconds(process: int) -> float:
    """Seconds in user and in kernel mode, in steps of a tick.

    Raises:
        OSError: the process is gone, or this is not Linux.
    """
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[USER]) + int(fields[SYSTEM])) / TICKS
