"""Checks that no id is used by two rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ml.dataset.ids import as_spelled_plainly
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.violations import Violation

UNIQUE: Final = {"users": "user_id", "tweets": "tweet_id", "interactions": "event_id"}


def repeated(validated: ValidatedTable, done: Mapping[str, ValidatedTable]) -> Iterator[Violation]:
    """The rows whose id is already that of an earlier, usable row."""
    if (key := UNIQUE.get(validated.schema.name)) is None:
        return
    ids = validated.frame[key].set(~validated.usable, None)
    again = ids.is_not_null() & ~ids.is_first_distinct()
    yield Violation(key, "repeats the id of an earlier row", "keep one row per id", again)
    if validated.is_csv and key != "event_id":  # where 007 and 7 may be one number, written twice
        plain = as_spelled_plainly(ids.set(again, None))
        yield Violation(
            key,
            "another spelling of an earlier row's number",
            "write 7 and 007 alike everywhere",
            plain.is_not_null() & ~plain.is_first_distinct(),
        )
