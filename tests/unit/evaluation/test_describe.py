"""A world is described in the words of its tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from evaluation.__main__ import main


def test_a_planted_world_is_described(tiny_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", str(tiny_data)]) == 0
    said = capsys.readouterr().out
    for section in ("size", "actions", "power laws", "homophily", "sessions", "AUC per head"):
        assert section in said
    tweets = len(pl.read_parquet(tiny_data / "tweets.parquet"))
    assert f"{tweets:,}" in said
    assert "oracle" in said


def test_what_the_data_lacks_is_left_out(
    tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, kept in {
        "users": ["user_id"],
        "tweets": ["tweet_id", "author_id"],
        "interactions": ["user_id", "action", "tweet_id", "target_user_id"],
    }.items():
        table = pl.read_parquet(tiny_data / f"{name}.parquet", columns=kept)
        table.filter(pl.lit(True)).write_parquet(tmp_path / f"{name}.parquet")
    assert main(["describe", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "sessions" not in said
    assert "AUC" not in said


def test_no_such_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["describe", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_bad_rows_are_set_aside_as_in_the_training(
    tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(shutil.copytree(tiny_data, tmp_path / "data"))
    tweets = pl.read_parquet(data / "tweets.parquet")
    again = pl.concat([tweets, tweets.head(1).with_columns(text=pl.lit("another"))])
    again.write_parquet(data / "tweets.parquet")
    assert main(["describe", str(data)]) == 2
    assert "--rejects" in capsys.readouterr().err
    assert main(["describe", str(data), "--rejects", str(tmp_path / "aside")]) == 0
    assert (tmp_path / "aside" / "tweets.parquet").is_file()
    assert "size" in capsys.readouterr().out
