"""Checks that foreign keys refer to rows that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from ml.dataset.ids import as_spelled_plainly
from ml.dataset.spreadsheet_cells import of_ids
from ml.dataset.validated_table import ValidatedTable
from ml.dataset.violations import Violation

KEYS: Final = {"users": "user_id", "tweets": "tweet_id"}
REFERENCES: Final = {  # column: the table whose rows it names
    "tweets": {"author_id": "users"},
    "follows": {"follower_id": "users", "followee_id": "users"},
    "interactions": {"user_id": "users", "tweet_id": "tweets", "target_user_id": "users"},
    "impressions": {"user_id": "users", "tweet_id": "tweets"},
}
ALIKE: Final = "write 7 and 007 alike everywhere"
THREADS: Final = ("in_reply_to_id", "conversation_id")  # may name tweets that are not here


def dangling(validated: ValidatedTable, done: Mapping[str, ValidatedTable]) -> Iterator[Violation]:
    """The rows whose foreign key refers to no row, or to a row that is rejected."""
    for column, table in REFERENCES.get(validated.schema.name, {}).items():
        if table not in done:
            continue
        ids, other = validated.frame[column], done[table]
        known = other.frame[KEYS[table]]
        absent = ids.is_not_null() & ~_among(ids, known)
        respelled = absent
        if absent.any():
            respelled = absent & _among(as_spelled_plainly(ids), as_spelled_plainly(known))
        yield Violation(
            column, f"not in {table}", f"add it to {other.path.name}", absent & ~respelled
        )
        yield Violation(
            column,
            f"in {table} only as another spelling of the number",
            ALIKE,
            respelled,
        )
        if not other.usable.all():
            gone = ids.is_not_null() & ~absent & ~_among(ids, other.used[KEYS[table]])
            yield Violation(
                column, f"set aside in {table}", f"mend {other.path.name}", gone, inherited=True
            )


def misspelled_threads(
    validated: ValidatedTable, done: Mapping[str, ValidatedTable]
) -> Iterator[Violation]:
    """The replies whose thread no tweet began, since its id is spelled in another way."""
    if validated.schema.name != "tweets":
        return
    known = validated.frame["tweet_id"]
    for column in THREADS:
        ids = validated.frame[column]
        absent = ids.is_not_null() & ~_among(ids, known)
        if ids.dtype != pl.String or not absent.any():
            continue
        for misreading in of_ids(ids):
            rows = misreading.rows & absent
            yield Violation(column, misreading.reason, misreading.remedy, rows)
            absent &= ~rows
        respelled = absent & _among(as_spelled_plainly(ids), as_spelled_plainly(known))
        yield Violation(column, "in tweets only as another spelling", ALIKE, respelled)


def beginnings_elsewhere(tweets: pl.DataFrame) -> int:
    """Count the tweets whose thread refers to a tweet that is not in the data."""
    elsewhere = [
        tweets[column].is_not_null() & ~_among(tweets[column], tweets["tweet_id"])
        for column in THREADS
    ]
    return int((elsewhere[0] | elsewhere[1]).sum())


def _among(ids: pl.Series, known: pl.Series) -> pl.Series:
    return ids.is_in(known.drop_nulls().implode()).fill_null(False)
