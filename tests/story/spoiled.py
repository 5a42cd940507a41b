"""The ways in which tables are bad, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

Frames = dict[str, pl.DataFrame]
Spoil = Callable[[Frames], None]
Damage = Callable[[Path], object]


def cell(table: str, column: str, value: object, row: int = 0) -> Spoil:
    """One value of a table is another."""

    def spoil(frames: Frames) -> None:
        values = frames[table][column].to_list()
        values[row] = value
        frames[table] = frames[table].with_columns(pl.Series(column, values))

    return spoil


def column(table: str, name: str, value: object) -> Spoil:
    """All values of a column are another."""

    def spoil(frames: Frames) -> None:
        one = value if isinstance(value, pl.Series) else pl.Series([value])
        whole = one.new_from_index(0, len(frames[table])).alias(name)
        frames[table] = frames[table].with_columns(whole)

    return spoil


def as_text(table: str, name: str) -> Spoil:
    def spoil(frames: Frames) -> None:
        frames[table] = frames[table].with_columns(pl.col(name).cast(pl.String))

    return spoil


def without(table: str, *names: str) -> Spoil:
    def spoil(frames: Frames) -> None:
        frames[table] = frames[table].drop(names)

    return spoil


def empty(table: str) -> Spoil:
    def spoil(frames: Frames) -> None:
        frames[table] = frames[table].clear()

    return spoil


ROWS: dict[str, tuple[Spoil, str, str]] = {  # (spoil, column, what the message says)
    "unknown action": (
        cell("interactions", "action", "lick"),
        "interactions.action",
        "unknown action, in 1 of 4 rows, first 'lick' (row 1); expected one of like",
    ),
    "null action": (cell("interactions", "action", None), "interactions.action", "no action"),
    "null user": (cell("users", "user_id", None, 3), "users.user_id", "no user_id"),
    "unknown author": (cell("tweets", "author_id", 9), "tweets.author_id", "not in users"),
    "unknown follower": (cell("follows", "follower_id", 9), "follows.follower_id", "not in users"),
    "unknown followee": (cell("follows", "followee_id", 9), "follows.followee_id", "not in users"),
    "unknown actor": (
        cell("interactions", "user_id", 9),
        "interactions.user_id",
        "not in users, in 1 of 4 rows, first 9 (row 1); add it to users.parquet",
    ),
    "unknown tweet": (
        cell("interactions", "tweet_id", 9),
        "interactions.tweet_id",
        "not in tweets",
    ),
    "unknown target": (
        cell("interactions", "target_user_id", 9, 3),
        "interactions.target_user_id",
        "not in users",
    ),
    "unknown viewer": (
        cell("impressions", "user_id", 9),
        "impressions.user_id",
        "not in users",
    ),
    "unknown tweet shown": (
        cell("impressions", "tweet_id", 9),
        "impressions.tweet_id",
        "not in tweets",
    ),
    "user twice": (cell("users", "user_id", 1, 1), "users.user_id", "repeats the id"),
    "tweet twice": (cell("tweets", "tweet_id", 11, 1), "tweets.tweet_id", "repeats the id"),
    "event twice": (
        cell("interactions", "event_id", "a", 1),
        "interactions.event_id",
        "repeats the id of an earlier row, in 1 of 4 rows, first 'a' (row 2); keep one",
    ),
    "milliseconds": (
        cell("users", "created_at", 1_700_000_000_000),
        "users.created_at",
        "time out of range, in 1 of 4 rows, first 1700000000000 (row 1); times are unix seconds",
    ),
    "no such flag": (cell("tweets", "nsfw", 7), "tweets.nsfw", "neither true nor false"),
    "not a number": (
        cell("interactions", "value", float("nan")),
        "interactions.value",
        "not a finite number, in 1 of 4 rows, first nan",
    ),
    "infinite": (cell("interactions", "value", -float("inf")), "interactions.value", "-inf"),
    "like of nothing": (
        cell("interactions", "tweet_id", None),
        "interactions.tweet_id",
        "no tweet_id, which this action needs, in 1 of 4 rows, first row 1; fill it in",
    ),
    "block of nobody": (
        cell("interactions", "target_user_id", None, 3),
        "interactions.target_user_id",
        "nobody to act on",
    ),
    "follow from a tweet of nobody": (
        cell("interactions", "tweet_id", 13, 2),
        "interactions.target_user_id",
        "nobody to act on",
    ),
    "self-follow": (cell("follows", "followee_id", 1), "follows.followee_id", "of oneself"),
    "self-block": (
        cell("interactions", "target_user_id", 4, 3),
        "interactions.target_user_id",
        "a follow, mute or block of oneself",
    ),
    "self-follow through one's own tweet": (
        cell("interactions", "user_id", 1, 2),
        "interactions.target_user_id",
        "of oneself",
    ),
    "id with a space": (
        column("impressions", "request_id", "a b"),
        "impressions.request_id",
        "not an id, in 2 of 2 rows, first 'a b' (row 1), 'a b' (row 2); expected an id",
    ),
    "id not in NFC": (
        column("impressions", "request_id", "e\u0301"),
        "impressions.request_id",
        "not in Unicode's normal form NFC, so not an id, in 2 of 2 rows",
    ),
    "event id too long": (
        cell("interactions", "event_id", "x" * 129),
        "interactions.event_id",
        "not an event id, in 1 of 4 rows",
    ),
}

TABLES: dict[str, tuple[Spoil, str, str]] = {  # (spoil, file, what the message says)
    "no users": (empty("users"), "users.parquet", "the table is empty"),
    "no tweets": (empty("tweets"), "tweets.parquet", "the table is empty"),
    "no interactions": (empty("interactions"), "interactions.parquet", "the table is empty"),
    "missing column": (
        without("tweets", "author_id"),
        "tweets.parquet",
        "column 'author_id' is missing; found 'tweet_id', 'nsfw'; add it as an id",
    ),
    "no object column": (
        without("interactions", "tweet_id", "target_user_id"),
        "interactions.parquet",
        "columns 'tweet_id', 'target_user_id', 'text' are all missing; add one",
    ),
    "ids are decimals": (
        column("follows", "followee_id", 1.5),
        "follows.parquet",
        "column 'followee_id' is Float64, expected an id",
    ),
    "times are flags": (
        column("users", "created_at", True),
        "users.parquet",
        "column 'created_at' is Boolean, expected a time",
    ),
    "flags are records": (
        column("tweets", "nsfw", pl.Series([{"a": 1}])),
        "tweets.parquet",
        "column 'nsfw' is Struct({'a': Int64}), expected true or false",
    ),
    "text is a list": (
        column("tweets", "text", ["a", "b"]),
        "tweets.parquet",
        "column 'text' is List(String), expected text",
    ),
    "mixed id kinds": (
        as_text("interactions", "user_id"),
        "interactions.parquet",
        "column 'user_id': ids are strings in 4 of 4 rows, first '1', '2', '3', but "
        "users.parquet's user_id is Int64; write ids as one kind in every table",
    ),
}


def swap(name: str, text: bytes) -> Damage:
    """A CSV in place of a Parquet table."""

    def damage(folder: Path) -> None:
        (folder / f"{name}.parquet").unlink()
        (folder / f"{name}.csv").write_bytes(text)

    return damage


def folder_instead(folder: Path) -> None:
    (folder / "users.parquet").unlink()
    (folder / "users.parquet").mkdir()


def truncate(folder: Path) -> None:
    path = folder / "users.parquet"
    path.write_bytes(path.read_bytes()[:-20])


FILES: dict[str, tuple[Damage, str]] = {
    "missing file": (
        lambda folder: (folder / "tweets.parquet").unlink(),
        "has no tweets.parquet and no tweets.csv; this table is required, with the columns "
        "tweet_id, author_id",
    ),
    "both files": (
        lambda folder: (folder / "users.csv").write_text("user_id\n1\n"),
        "has both users.parquet and users.csv; remove the one",
    ),
    "a folder": (folder_instead, "users.parquet is not a file"),
    "truncated": (truncate, "users.parquet cannot be read as parquet"),
    "zero bytes": (
        lambda folder: (folder / "users.parquet").write_bytes(b""),
        "users.parquet cannot be read as parquet",
    ),
    "zero bytes of CSV": (swap("users", b""), "users.csv cannot be read as csv"),
    "binary": (swap("users", b"user_id\n\x00\xff\xfe\x80\n"), "users.csv cannot be read as csv"),
    "bad UTF-8": (
        swap("tweets", b"tweet_id,author_id,text\n1,1,caf\xe9\n"),
        "tweets.csv cannot be read as csv",
    ),
    "ragged": (
        swap("follows", b"follower_id,followee_id\n1,2\n1\n2,3,4\n"),
        "2 of its lines have more or fewer fields than the header's 2, first line 3 with 1",
    ),
    "a column twice": (
        swap("users", b"user_id,user_id\n1,1\n"),
        "users.csv cannot be read as csv: column appears more than once",
    ),
    "a number in two spellings": (
        swap("follows", b"follower_id,followee_id\n007,2\n"),
        "follows.csv: column 'follower_id': not an int64 id, in 1 of 1 rows, first '007' (row 1)",
    ),
}
