"""What README says is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation import readme

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()
COMMANDS = [
    line.removeprefix("$ ").split("#")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]


def test_generated_tables_are_up_to_date() -> None:
    assert readme.filled(TEXT, readme.FIXED) == TEXT, "run python -m evaluation.readme"


def test_measured_parts_were_filled_in() -> None:
    for name in readme.MEASURED:
        part = TEXT.split(f"<!-- {name}:begin -->")[1].split(f"<!-- {name}:end -->")[0]
        assert len(part.splitlines()) > 3, name


def test_a_text_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for 'features'"):
        readme.filled("nothing", readme.FIXED)


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {shlex.split(c)[1] for c in COMMANDS if c.startswith("make ")}
    named |= set(re.findall(r"`make ([a-z-]+)", TEXT))
    assert named
    assert named <= targets


def test_every_make_variable_exists() -> None:
    known = set(re.findall(r"^([A-Z_]+) \?=", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(
        re.findall(r"\b([A-Z_]+)=", "\n".join(c for c in COMMANDS if c.startswith("make ")))
    )
    assert "REJECTS" in named
    assert named <= known


def test_rejects_reach_the_training() -> None:
    said = [
        subprocess.run(
            ["make", "--dry-run", "train", "DATA=mine", *rejects],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for rejects in (["REJECTS=aside"], [])
    ]
    assert '--rejects "aside"' in said[0]
    assert "--rejects" not in said[1]


def test_every_module_can_be_asked_for_help() -> None:
    modules = set(re.findall(r"python -m ([a-z.]+(?: (?:train|timeline|check|promote))?)", TEXT))
    assert modules
    for module in sorted(modules - {"evaluation.readme"}):
        asked = subprocess.run(
            [sys.executable, "-m", *module.split(), "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert asked.returncode == 0, asked.stderr
        assert "usage:" in asked.stdout


def test_every_file_it_points_to_is_there() -> None:
    pointed = re.findall(r"`((?:app|ml|datagen|evaluation)/[\w/]+(?:\.py)?)/?`", TEXT)
    assert pointed
    for path in pointed:
        assert (ROOT / path).exists(), path
