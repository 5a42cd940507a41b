"""Somebody brings bad tables, and is told what is wrong, where, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ml.__main__ import main
from ml.dataset import files
from ml.errors import DataError
from tests.few_rows import reads
from tests.story.spoiled import FILES, ROWS, TABLES, Damage, Frames, Spoil, cell, column


@pytest.fixture
def frames() -> Frames:
    """Small tables without a fault."""
    return {
        "users": pl.DataFrame({"user_id": [1, 2, 3, 4], "created_at": [10, 10, 10, 10]}),
        "tweets": pl.DataFrame({"tweet_id": [11, 12, 13], "author_id": [1, 2, None], "nsfw": 0}),
        "follows": pl.DataFrame({"follower_id": [1, 2], "followee_id": [2, 3]}),
        "interactions": pl.DataFrame(
            {
                "user_id": [1, 2, 3, 4],
                "action": ["like", "reply", "follow", "block"],
                "tweet_id": [12, 13, 11, None],
                "target_user_id": [None, None, None, 2],
                "event_id": ["a", "b", "c", "d"],
                "value": [1.0, 2.0, None, None],
            }
        ),
        "impressions": pl.DataFrame({"user_id": [1, 2], "tweet_id": [11, 12]}),
    }


def write(frames: Frames, folder: Path, suffix: str = ".parquet") -> Path:
    folder.mkdir(exist_ok=True)
    for name, frame in frames.items():
        if suffix == ".csv":
            frame.write_csv(folder / f"{name}.csv")
        else:
            frame.write_parquet(folder / f"{name}.parquet")
    return folder


def complaint(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What training says; it says it in one line, and writes nothing."""
    before = sorted(folder.parent.rglob("*"))
    assert main(["train", "--data", str(folder), "--out", str(folder.parent / "artifacts")]) == 2
    assert main(["check", str(folder)]) == 2
    train, *check = capsys.readouterr().err.splitlines()
    assert all(line.startswith("error: ") for line in (train, *check))
    assert check[0].split(" rows aside")[0] in train
    assert sorted(folder.parent.rglob("*")) == before
    return train


@pytest.mark.parametrize(("spoil", "where", "expected"), ROWS.values(), ids=ROWS)
def test_a_bad_row_is_named(
    frames: Frames,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Spoil,
    where: str,
    expected: str,
) -> None:
    spoil(frames)
    printed = complaint(write(frames, tmp_path / "data"), capsys)
    table, name = where.split(".")
    assert f"{table}.parquet: column {name!r}: " in printed
    assert expected in printed
    assert "--rejects" in printed


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize(("spoil", "where", "expected"), ROWS.values(), ids=ROWS)
def test_a_bad_row_is_set_aside_with_its_reason(
    frames: Frames,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    suffix: str,
    spoil: Spoil,
    where: str,
    expected: str,
) -> None:
    spoil(frames)
    data, rejects = write(frames, tmp_path / "data", suffix), tmp_path / "rejects"
    reads(capsys, "check", str(data), "--rejects", str(rejects))
    table, name = where.split(".")
    path = rejects / f"{table}{suffix}"
    rows = pl.read_csv(path) if suffix == ".csv" else pl.read_parquet(path)
    assert rows.columns == [*frames[table].columns, "reason"]
    assert rows["reason"].str.starts_with(f"{name}: ").any()


@pytest.mark.parametrize(("spoil", "file", "expected"), TABLES.values(), ids=TABLES)
def test_a_bad_table_stops_everything(
    frames: Frames,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Spoil,
    file: str,
    expected: str,
) -> None:
    spoil(frames)
    data = write(frames, tmp_path / "data")
    printed = complaint(data, capsys)
    assert f"{file}: " in printed
    assert expected in printed
    assert main(["check", str(data), "--rejects", str(tmp_path / "rejects")]) == 2
    assert not (tmp_path / "rejects").exists()


@pytest.mark.parametrize(("damage", "expected"), FILES.values(), ids=FILES)
def test_a_bad_file_is_named(
    frames: Frames,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Damage,
    expected: str,
) -> None:
    data = write(frames, tmp_path / "data")
    damage(data)
    assert expected in complaint(data, capsys)


def test_a_damaged_file_is_refused_without_another_word(
    frames: Frames, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Wherever the damage is: libraries have ways of their own to complain."""
    path = tmp_path / "users.parquet"
    frames["users"].with_columns(interests=pl.lit(["a", "b"])).write_parquet(path)
    whole = path.read_bytes()
    errors = []
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + b"\xff" + whole[at + 1 :])
        try:
            files.load(path)
        except DataError as error:
            errors.append(str(error))
    assert len(errors) > len(whole) / 2
    assert all("cannot be read as parquet: " in line and line.isprintable() for line in errors)
    assert capfd.readouterr() == ("", "")


def test_a_year_that_no_calendar_has_is_named(
    frames: Frames, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    column("users", "created_at", pl.Series([2**61], dtype=pl.Datetime("us")))(frames)
    printed = complaint(write(frames, tmp_path / "data"), capsys)
    assert "time out of range, in 4 of 4 rows, first 2305843009213 (row 1)" in printed


def test_no_folder_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is not a directory" in complaint(tmp_path / "data", capsys)


def test_check_names_every_problem_on_a_line_of_its_own(
    frames: Frames, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for spoil, _, _ in (ROWS["unknown action"], ROWS["tweet twice"], TABLES["times are flags"]):
        spoil(frames)
    assert main(["check", str(write(frames, tmp_path / "data"))]) == 2
    printed = capsys.readouterr().err
    assert all(word in printed for word in ("'lick'", "repeats", "Boolean"))
    assert printed.count("error: ") == printed.count("\n")


def test_check_says_what_is_there_and_what_its_absence_costs(
    frames: Frames, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del frames["impressions"]
    column("users", "shoe_size", 42)(frames)
    column("tweets", "in_reply_to_id", 99)(frames)
    frames["tweets"] = frames["tweets"].with_columns(text=pl.Series([" ", "hello", None]))
    frames["interactions"] = pl.concat([frames["interactions"].with_columns(event_id=None)] * 2)
    printed = reads(capsys, "check", str(write(frames, tmp_path / "data")))
    assert "tweets: 2 have no text" in printed
    assert "interactions: 4 rows are equal to an earlier one" in printed
    assert "its ids are int64" in printed
    assert "what was shown and left alone is guessed" in printed
    assert "shoe_size not read" in printed
    assert "3 belong to threads that begin elsewhere" in printed
    assert "1 have no author" in printed


def test_what_points_to_a_rejected_row_is_rejected_too(
    frames: Frames, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell("users", "created_at", 10**13)(frames)
    data, rejects = write(frames, tmp_path / "data"), tmp_path / "rejects"
    printed = reads(capsys, "check", str(data), "--rejects", str(rejects))
    assert pl.read_parquet(rejects / "tweets.parquet")["tweet_id"].to_list() == [11]
    acted = pl.read_parquet(rejects / "interactions.parquet")
    assert acted["event_id"].to_list() == ["a", "c"]
    assert acted["reason"][1] == "tweet_id: set aside in tweets"
    assert [line.split() for line in printed.splitlines()[:7]] == [
        ["table", "rows", "used", "rejected"],
        ["users", "4", "3", "1"],
        ["tweets", "3", "2", "1"],
        ["follows", "2", "1", "1"],
        ["interactions", "4", "2", "2"],
        ["impressions", "2", "1", "1"],
        ["all", "15", "9", "6"],
    ]


def test_rejects_are_never_written_over(
    frames: Frames, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ROWS["unknown action"][0](frames)
    data, rejects = write(frames, tmp_path / "data"), tmp_path / "rejects"
    check = ["check", str(data), "--rejects", str(rejects)]
    reads(capsys, *check)
    written = (rejects / "interactions.parquet").read_bytes()
    reads(capsys, *check)  # the same rows of the same data
    assert (rejects / "interactions.parquet").read_bytes() == written
    cell("interactions", "action", "lack")(frames)
    write(frames, data)
    assert main(check) == 2
    printed = capsys.readouterr().err
    assert (
        f"{rejects} does not hold what is set aside now (interactions.parquet differs)" in printed
    )
    assert (rejects / "interactions.parquet").read_bytes() == written
    (data / "note.txt").write_text("mine")
    assert main(["check", str(data), "--rejects", str(data)]) == 2
    assert f"{data} holds note.txt" in capsys.readouterr().err
    assert main(["check", str(data), "--rejects", str(data / "users.parquet")]) == 2
    assert "name a folder" in capsys.readouterr().err


def test_a_table_of_nothing_but_rejects_stops_everything(
    frames: Frames, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    column("interactions", "action", "lick")(frames)
    data, rejects = write(frames, tmp_path / "data"), tmp_path / "rejects"
    assert main(["check", str(data), "--rejects", str(rejects)]) == 2
    assert "no row is left" in capsys.readouterr().err
    assert not rejects.exists()


def test_training_goes_on_with_the_rest(
    tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As far as there being too little of it: what was set aside is there to be read."""
    data, rejects = tmp_path / "data", tmp_path / "rejects"
    tables = {path.stem: pl.read_parquet(path) for path in tiny_data.glob("*.parquet")}
    tables["interactions"] = tables["interactions"].head(40)
    cell("interactions", "action", "lick")(tables)
    write(tables, data)
    out = tmp_path / "artifacts"
    train = ["train", "--data", str(data), "--out", str(out), "--rejects", str(rejects)]
    assert main(train) == 2
    assert "at least 50 are needed" in capsys.readouterr().err
    assert len(pl.read_parquet(rejects / "interactions.parquet")) == 1
    assert not out.exists()
