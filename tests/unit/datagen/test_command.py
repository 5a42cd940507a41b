"""The same seed plants the same bytes, and a wrong word gets one line."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from datagen.__main__ import main
from datagen.world import World


def planted_bytes(folder: Path, hash_seed: str) -> dict[str, str]:
    command = [sys.executable, "-m", "datagen", "--out", str(folder), "--scale", "0.03"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == "", "off a terminal there is no bar"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_plants_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    first = planted_bytes(tmp_path / "first", "1")
    assert first == planted_bytes(tmp_path / "second", "2")
    assert {"users.parquet", "impressions.parquet", "truth/world.json"} <= set(first)
    assert len(first) == 9, "five tables, four files of truth, nothing unfinished"


def test_seed_scale_and_end_are_obeyed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path), "--scale", "0.02"]
    assert main([*out, "--seed", "1"]) == 0
    first = World.load(tmp_path / "truth")
    assert main([*out, "--seed", "2", "--until", "2024-06-01T00:00:00Z"]) == 0
    second = World.load(tmp_path / "truth")
    assert len(first.users) == len(second.users) == 20
    assert (first.users.fame != second.users.fame).any()
    assert second.parameters.until == 1_717_200_000
    assert "20 users" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [
        ["--scale", "0"],
        ["--scale", "nan"],
        ["--scale", "many"],
        ["--seed", "-1"],
        ["--until", "tomorrow"],
        ["--until", "0001-01-01"],
        ["--colour", "blue"],
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_two(
    wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--out", str(tmp_path), *wrong])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_one_line_and_exit_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["--out", str(tmp_path / "file" / "data"), "--scale", "0.02"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
