"""Tables as other people have them: read as they are meant, or refused with what is expected."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ml.__main__ import main
from ml.dataset.tables import Tables, read
from ml.dataset.validation import validate
from tests.few_rows import reads

TABLES = {
    "users": "user_id,created_at,interests\n1,1764224000,music|books\n2,1764224000,music|books\n",
    "tweets": (
        "tweet_id,author_id,created_at,text,in_reply_to_id,conversation_id\n"
        "100,1,1772000000,hello 0,,\n101,2,1772000600,hello 1,100,100\n"
        "102,2,1772001200,hello 2,101,100\n"
    ),
    "follows": "follower_id,followee_id\n1,2\n",
    "interactions": "user_id,action,tweet_id,created_at\n1,like,101,1772036000\n"
    "2,reply,100,1772036060\n",
}


def write(folder: Path, **tables: str) -> Path:
    for name, text in {**TABLES, **tables}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def as_parquet(folder: Path) -> Path:
    """The same cells as Parquet: numbers where a column has no others, else strings."""
    for path in folder.glob("*.csv"):
        text = pl.read_csv(path, infer_schema=False)
        typed = [_numbers(text[name]) for name in text.columns]
        pl.DataFrame(typed).write_parquet(path.with_suffix(".parquet"))
        path.unlink()
    return folder


def _numbers(column: pl.Series) -> pl.Series:
    for dtype in (pl.Int64, pl.Float64) if not column.name.endswith("_id") else (pl.Int64,):
        numbers = column.cast(dtype, strict=False)
        if numbers.null_count() == column.null_count():
            return numbers
    return column


def complaint(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The errors of `check`, which are sentences and no tracebacks."""
    capsys.readouterr()
    assert main(["check", str(folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("error: ") for line in lines)
    return "\n".join(lines)


def report(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    return reads(capsys, "check", str(folder))


def changed(table: str, old: str, new: str) -> dict[str, str]:
    assert old in TABLES[table]
    return {table: TABLES[table].replace(old, new)}


# (change, what the message has): the same in CSV and in Parquet
REFUSED: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "reply 100.0": (
        changed("tweets", "hello 1,100,100", "hello 1,100.0,100"),
        ("'in_reply_to_id': a decimal number", "first '100.0' (row 2)", "whole numbers"),
    ),
    "conversation 100.0": (
        changed("tweets", "hello 1,100,100", "hello 1,100,100.0"),
        ("'conversation_id': a decimal number", "'100.0'"),
    ),
    "reply 1.01e+02": (
        changed("tweets", "hello 2,101", "hello 2,1.01e+02"),
        ("'in_reply_to_id': a decimal number", "'1.01e+02'"),
    ),
    "reply nan": (
        changed("tweets", "hello 0,,", "hello 0,nan,"),
        ("'in_reply_to_id': a missing value written as text", "'nan'", "leave it empty"),
    ),
    "tweet nan": (
        changed("interactions", "like,101", "like,NaN"),
        ("'tweet_id': a missing value written as text",),
    ),
    "author None": (
        changed("tweets", "100,1,", "100,None,"),
        ("'author_id': a missing value written as text",),
    ),
    "key 1.0": (changed("users", "\n1,", "\n1.0,"), ("'user_id': a decimal number",)),
    "JSON list": (
        changed("users", "1764224000,music|books", '1764224000,"[""music"", ""books""]"'),
        ("'interests': a list in brackets", "a|b"),
    ),
    "Python list": (
        changed("users", "1764224000,music|books", "1764224000,\"['music', 'books']\""),
        ("'interests': a list in brackets", "a|b"),
    ),
    "day number with a fraction": (
        changed("tweets", "1772000600", "46078.25"),
        ("'created_at': a day number", "46078.25", "unix seconds"),
    ),
    "day number among seconds": (
        changed("tweets", "1772000600", "46078"),
        ("'created_at': a day number", "46078"),
    ),
    "nothing but day numbers": (
        changed("interactions", "1772036000", "46078")
        | {"interactions": TABLES["interactions"].replace("1772036000", "46078").replace(
            "1772036060", "46079")},
        ("'created_at': a day number", "in 2 of 2 rows"),
    ),
    "zero": (
        changed("tweets", "1772000600", "0"),
        ("'created_at': too near 1970", "leave it empty"),
    ),
    "minus one": (
        changed("tweets", "1772000600", "-1"),
        ("'created_at': time out of range", "leave a missing time empty"),
    ),
    "the year 2101": (
        changed("tweets", "1772000600", "4134000000"),
        ("'created_at': time out of range", "1970 to 2100"),
    ),
    "nothing but YYYYMMDD": (
        {"interactions": "user_id,action,tweet_id,created_at\n1,like,101,20260225\n"
         "2,reply,100,20260226\n"},
        ("'created_at': a date written as YYYYMMDD", "in 2 of 2 rows"),
    ),
    "YYYYMMDD among dates": (
        {"interactions": "user_id,action,tweet_id,created_at\n1,like,101,2026-02-25\n"
         "2,reply,100,20260226\n2,like,101,2026-02-27T06:00:00Z\n"},
        ("'created_at': a date written as YYYYMMDD", "in 1 of 3 rows", "20260226"),
    ),
    "a date among YYYYMMDD": (
        {"interactions": "user_id,action,tweet_id,created_at\n1,like,101,20260225\n"
         "2,reply,100,20260226\n2,like,101,2026-02-27\n"},
        ("'created_at': a date written as YYYYMMDD", "in 2 of 3 rows"),
    ),
    "YYYYMMDD among seconds": (
        changed("tweets", "1772000600", "20260225"),
        ("'created_at': a date written as YYYYMMDD", "in 1 of 3 rows"),
    ),
    "negative dwell": (
        {"interactions": "user_id,action,tweet_id,value\n1,dwell,101,-3.5\n2,like,100,\n"},
        ("'value': a negative dwell", "seconds"),
    ),
    "textual dwell": (
        {"interactions": "user_id,action,tweet_id,value\n1,dwell,101,12s\n2,like,100,\n"},
        ("'value': not a finite number", "'12s'"),
    ),
    "negative position": (
        {"impressions": "user_id,tweet_id,position\n1,101,-1\n2,100,3\n"},
        ("'position': outside 0 and above",),
    ),
    "propensity above one": (
        {"impressions": "user_id,tweet_id,propensity\n1,101,1.5\n2,100,0.5\n"},
        ("'propensity': outside 0 to 1",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_a_cell_that_would_be_misread_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    form: str,
    change: dict[str, str],
    words: tuple[str, ...],
) -> None:
    write(tmp_path, **change)
    if form == "parquet":
        as_parquet(tmp_path)
    said = complaint(tmp_path, capsys)
    if form == "parquet" and "ids are strings" in said:  # Parquet has types, so the column is named
        assert words[0].split("'")[1] in said
        return
    for word in words:
        assert word in said


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_tables_themselves_are_read(tmp_path: Path, form: str) -> None:
    write(tmp_path)
    tables = read(tmp_path if form == "csv" else as_parquet(tmp_path))
    assert tables.tweets["in_reply_to_id"].to_list() == [None, 100, 101]
    assert tables.users["interests"].to_list() == [["music", "books"]] * 2


def test_a_decimal_is_refused_beside_names_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where ids are strings, a thread never begins at an id that no tweet has."""
    users = TABLES["users"].replace("\n1,", "\nada,")
    tweets = TABLES["tweets"].replace(",1,1772", ",ada,1772")
    names = {
        "users": users,
        "follows": "follower_id,followee_id\nada,2\n",
        "interactions": TABLES["interactions"].replace("\n1,", "\nada,"),
    }
    write(tmp_path, tweets=tweets, **names)
    assert read(tmp_path).tweets["in_reply_to_id"].to_list() == [None, "100", "101"]
    for cell, reason in (("100.0", "decimal"), ("nan", "missing value"), ("0100", "spelling")):
        write(tmp_path, tweets=tweets.replace("hello 1,100", f"hello 1,{cell}"), **names)
        assert f"'in_reply_to_id': {'in tweets only as another ' if cell == '0100' else 'a '}" in (
            said := complaint(tmp_path, capsys)
        )
        assert reason in said


def test_small_whole_seconds_that_grow_from_zero_are_times(tmp_path: Path) -> None:
    """As in a site's own count of seconds since it began."""
    tweets = "tweet_id,author_id,created_at\n100,1,0\n101,2,46078\n102,2,90000\n"
    write(tmp_path, tweets=tweets)
    assert read(tmp_path).tweets["created_at"].to_list() == [0, 46078, 90000]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_read_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], separator: str
) -> None:
    expected = read(write(tmp_path))
    write(tmp_path, **{name: text.replace(",", separator) for name, text in TABLES.items()})
    tables = read(tmp_path)
    for name in TABLES:
        assert getattr(tables, name).equals(getattr(expected, name))
    assert f"tweets.csv: fields are separated by {separator!r}" in report(tmp_path, capsys)


BROKEN = {
    "never closed": (
        'tweet_id,author_id,text\n100,1,a\n101,2,"b\n102,2,c\n',
        ('line 3', "double quote", "never closed"),
    ),
    "closed by the next": (
        'tweet_id,author_id,text\n100,1,a\n101,2,"b\n102,2,"c"\n',
        ('line 3', "double quote", 'twice'),
    ),
    "a bare separator": (
        'tweet_id,author_id,text\n100,1,"a\nb"\n101,2,b, c\n102,2,c\n',
        ("line 4 with 4", "','", "double quotes"),
    ),
    "a bare semicolon": (
        "tweet_id;author_id;text\n100;1;a;b\n101;2;b\n102;2;c\n",
        ("line 2 with 4", "';'"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_with_its_separator_and_quote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: tuple[str, ...]
) -> None:
    said = complaint(write(tmp_path, tweets=text), capsys)
    assert "tweets.csv cannot be read as csv" in said
    for word in words:
        assert word in said


def test_a_quote_within_a_field_and_a_line_within_quotes_are_text(tmp_path: Path) -> None:
    tweets = 'tweet_id,author_id,text\n100,1,5" disc\n101,2,"say ""so"",\nthen"\n'
    tables = read(write(tmp_path, tweets=tweets))
    assert tables.tweets["text"].to_list() == ['5" disc', 'say "so",\nthen']


def test_missing_values_written_as_text_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users = "user_id,name,interests\n1,nan,nan\n2,Nan,music\n"
    tweets = "tweet_id,author_id,text,topic\n100,1,null,None\n101,2,,\n"
    told = report(write(tmp_path, users=users, tweets=tweets), capsys)
    for name in ("users.name: 1", "users.interests: 1", "tweets.text: 1", "tweets.topic: 1"):
        assert f"{name} cell" in told


def test_lists_with_another_separator_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users = 'user_id,interests\n1,"music, books"\n2,"sport, art"\n'
    assert "users.interests: no cell has '|' and 2 have ','" in report(
        write(tmp_path, users=users), capsys
    )


@pytest.mark.parametrize("event_id", ["{550e8400-e29b-41d4-a716-446655440000}", "a b", "x" * 128])
def test_an_event_id_is_any_text(tmp_path: Path, event_id: str) -> None:
    interactions = f"user_id,action,tweet_id,event_id\n1,like,101,{event_id}\n2,reply,100,101.0\n"
    write(tmp_path, interactions=interactions)
    found = read(tmp_path).interactions["event_id"].to_list()
    assert found == [event_id, "101.0"]
    assert read(as_parquet(tmp_path)).interactions["event_id"].to_list() == found


def test_a_column_of_decimals_without_a_value_is_a_missing_column(tmp_path: Path) -> None:
    """As pandas writes a column that has nothing but gaps."""
    as_parquet(write(tmp_path))
    path = tmp_path / "tweets.parquet"
    nothing = pl.Series("in_reply_to_id", [None, float("nan"), None], pl.Float64)
    pl.read_parquet(path).with_columns(nothing).write_parquet(path)
    found = validate(tmp_path)
    assert not found.problems(rejecting=False)
    assert Tables.of(found).tweets["in_reply_to_id"].dtype == pl.Int64
