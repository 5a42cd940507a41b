"""The last offset that was acknowledged, in a small file beside a log.

SQLite ends its write-ahead log at the first frame that does not match its checksum, without a
word: one changed bit would take all later transactions away. The mark is written after each commit
and never flushed, so that it costs nothing and is never ahead of what is on disk.
"""

from __future__ import annotations

import logging
import os
import struct
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from ml.errors import LogError

FORM: Final = struct.Struct(">Q?8s")  # offset, lost, checksum

logger = logging.getLogger(__name__)


class Mark(NamedTuple):
    """What the file holds."""

    offset: int
    lost: bool  # records up to the offset were found to be lost


class Acknowledged:
    """The mark of one log, which any number of processes write."""

    def __init__(self, log: Path) -> None:
        self.path = log.with_name(f"{log.name}.acknowledged")
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)

    def compare(self, log: Path, read_end: Callable[[], int], had_journal: bool) -> None:
        """Compare the mark with the end of the log, and begin anew where an older log was restored,
        which has no write-ahead log. The end is read after the mark: others may be appending.

        Raises:
            LogError: records that were acknowledged are not there.
        """
        mark = self._read()
        if mark is None or mark.offset <= (end := read_end()):
            return
        if had_journal or mark.lost:
            self._write(Mark(mark.offset, lost=True))
            raise LogError(
                f"the event log {log} ends at record {end}, and {mark.offset} were acknowledged: "
                f"its write-ahead log has changed on disk; restore the log from a backup, and "
                f"delete {self.path.name} to accept that what came after it is lost"
            )
        logger.warning("the event log %s was restored: it ends at %d, not %d", log, end, mark[0])
        self._write(Mark(end, lost=False))

    def reached(self, offset: int) -> None:
        """Everything up to here is on disk, and acknowledged."""
        try:
            self._write(Mark(offset, lost=False))
        except OSError as error:  # what was committed stays so
            logger.warning("%s cannot be written: %s", self.path, error)

    def close(self) -> None:
        os.close(self._file)

    def _write(self, mark: Mark) -> None:
        os.pwrite(self._file, FORM.pack(*mark, _checksum(mark)), 0)

    def _read(self) -> Mark | None:
        """The mark; None in a new file, and where it is damaged, for it holds no data."""
        raw = os.pread(self._file, FORM.size, 0)
        if len(raw) < FORM.size:
            return None
        offset, lost, checksum = FORM.unpack(raw)
        mark = Mark(offset, lost)
        if checksum != _checksum(mark):
            logger.warning("%s is damaged, so nothing is compared with it", self.path)
            return None
        return mark


def _checksum(mark: Mark) -> bytes:
    return blake2b(b"%d %d" % mark, digest_size=8).digest()
