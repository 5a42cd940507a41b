"""A stored row that matches its checksums, whatever engine holds it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ml.errors import LogError
from ml.event_log.record import Kind
from ml.event_log.stored_row import Checksums, Encoded

DAMAGED: Final = "restore it from a backup"


def checked(
    row: Sequence[Any], log: Path | str, checksums: Checksums, expects_details: bool = True
) -> Encoded:
    """The encoded entry of a row.

    Args:
        row: offset, event id, kind, time, user, body, checksum, details, checksum of the details.
        log: what errors call it.
        expects_details: whether those of a served page were read.

    Raises:
        LogError: it does not match its checksums.
    """
    offset, event_id, kind, at, user, body, checksum, details, of_details = row
    encoded = Encoded(event_id, kind, at, user, body, details)
    whole = checksums.of_row(offset, encoded) == checksum
    if whole and expects_details and (encoded.kind == Kind.SERVED or details is not None):
        whole = details is not None and checksums.of_details(offset, details) == of_details
    if not whole:
        raise LogError(
            f"the event log {log}: record {offset} does not match its checksum, so the file has "
            f"changed on disk; {DAMAGED}"
        )
    return encoded
