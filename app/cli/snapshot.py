"""Write the state down, so that the next start reads only the end of the log."""

from __future__ import annotations

import os
from contextlib import closing

from app.serving.write_snapshot import write_snapshot
from app.settings import Settings
from ml.event_log.open_log import open_log


def snapshot(settings: Settings) -> None:
    """Write one snapshot, at a low priority: requests go first."""
    os.nice(10)
    with closing(open_log(settings.log_location)) as log:
        write_snapshot(settings, log)
