"""Ids are what they were called, and of one kind."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ml.dataset.ids import IdKind, as_ids, as_spelled_plainly, kind_of
from ml.dataset.validation import validate


def test_digits_are_integers_until_one_id_is_not() -> None:
    digits = pl.Series(["7", "-12", None, ""])
    assert kind_of([digits, pl.Series([1])]) is IdKind.INTEGER
    for other in ("007", "7.0", " 7", "+7", "1e3", "a", str(2**63)):
        assert kind_of([digits, pl.Series([other])]) is IdKind.TEXT


def test_an_id_is_up_to_256_printable_characters() -> None:
    good = ["a" * 256, "user:1@home.net", "-1", "é_ß", "a/b", "<b>", "µ", "\U00020000"]
    bad = ["a" * 257, "a b", "a\nb", "\u3000", "e\u0301"]
    assert as_ids(pl.Series(good + bad), IdKind.TEXT).to_list() == good + [None] * len(bad)


def test_an_integer_beyond_int64_is_not_an_id() -> None:
    column = pl.Series([2**64 - 1, 7], dtype=pl.UInt64)
    assert as_ids(column, IdKind.INTEGER).to_list() == [None, 7]


def test_leading_zeros_and_decimals_spell_the_same_number() -> None:
    spelled = pl.Series(["007", "7.0", "+7", "7", "-07", "7a", "0"])
    assert as_spelled_plainly(spelled).to_list() == ["7", "7", "7", "7", "-7", "7a", "0"]


@pytest.mark.parametrize(
    ("users", "follower", "said"),
    [
        ("7\n8\n007", "8", "another spelling of an earlier row's number"),
        ("7\n8\nx", "007", "in users only as another spelling of the number"),
    ],
)
def test_007_beside_7_is_asked_about(tmp_path: Path, users: str, follower: str, said: str) -> None:
    (tmp_path / "users.csv").write_text(f"user_id\n{users}\n")
    (tmp_path / "tweets.csv").write_text("tweet_id,author_id\n1,8\n")
    (tmp_path / "interactions.csv").write_text("user_id,tweet_id,action\n8,1,like\n")
    (tmp_path / "follows.csv").write_text(f"follower_id,followee_id\n{follower},7\n")
    (problem,) = validate(tmp_path).problems(rejecting=False)
    assert said in problem
    assert "'007'" in problem
