"""Every command of the documents runs as it stands, over a tiny world."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

from app.cli import doctor
from app.cli.main import DELEGATED
from tests.docs.documents import BLOCK, NAMES, ROOT, code_blocks, text

PAST: Final = "CHANGELOG.md"  # has commands of older versions
NOT_RUN: Final = {
    r"FORYOU_LOG=postgres|\S*foryou log|pg_": "needs a database; test_log_copy.py has one",
    r"export |kubectl |pip ": "is of a shell, a cluster or an index of packages",
    r"\S*pip |\S*python -m evaluation.pictures": "needs a browser, and a service that runs",
    r"docker": "needs a container engine; the job `image` of the workflow has one",
    r"curl": "test_requests.py sends it",
    r"\S*foryou train": "trains for long; test_column_map.py and test_training_from_a_log.py do",
    r"\S*python -m evaluation newcomers": "asks for a data set; test_newcomers.py has one",
    r"\S*python -m evaluation shapes": "trains on eight worlds; test_shapes.py does on one",
}
SMALLER: Final = {  # added, so that it takes seconds
    "evaluate": ["--no-ablation"],
    "simulate": ["--users=4", "--days=0.1", "--workers=1"],
}
DRAWN: Final = {  # how a block without a language begins: nobody can run it
    "For 42 at": "what a command prints",
    "GET /timeline/42": "the path of a request",
    "datagen ── tables": "rooms",
}
DELEGATES: Final = {delegated.name: delegated for delegated in DELEGATED}
UNCOMPILED: Final = "NUMBA_DISABLE_JIT"
ASSIGNMENT: Final = re.compile(r"[A-Z_]+=")


def typed() -> Iterator[str]:
    """Every command line of every document, once."""
    seen = set[str]()
    for name in NAMES:
        lines = "".join(code_blocks(name, "console")).replace("\\\n", " ").splitlines()
        for line in lines if name != PAST else ():
            command = line[2:].partition(" #")[0].strip()
            if line.startswith("$ ") and command not in seen:
                seen.add(command)
                yield command


def case(command: str) -> object:
    reasons = [why for begins, why in NOT_RUN.items() if re.match(begins, command)]
    return pytest.param(command, marks=[pytest.mark.skip(reason=why) for why in reasons])


@pytest.fixture
def here(
    tiny_artifacts: Path, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder with everything that the documents name."""
    artifacts = shutil.copytree(tiny_artifacts, tmp_path / "artifacts")
    shutil.copytree(tiny_data, artifacts / "data")
    shutil.copytree(tiny_data, tmp_path / "path" / "to" / "tables")
    (artifacts / "report").mkdir()
    (artifacts / "report" / "report.json").write_text("{}")
    words = {0: ("lovely", "quiet", "sunny"), 1: ("damned", "rotten", "bloody")}
    texts = [f"{words[i % 2][i % 3]} weather number {i},{i % 2}" for i in range(400)]
    for name in ("labelled.csv", "others.csv"):
        (tmp_path / name).write_text("\n".join(["text,is_toxic", *texts]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ratings(folder: Path) -> None:
    """The tables of the recipe in place of the tiny world's, and the map beside them."""
    tables = folder / "path" / "to" / "tables"
    shutil.rmtree(tables)
    tables.mkdir()
    (tables / "movies.csv").write_text("movieId,title,genres\n1,Toy Story (1995),Adventure\n")
    rated = "".join(f"{user},1,4.0,{964982703 + user}\n" for user in range(100))
    (tables / "ratings.csv").write_text(f"userId,movieId,rating,timestamp\n{rated}")
    (written,) = code_blocks("docs/how-to/your-data.md", "toml")
    (folder / "map.toml").write_text(written)


@pytest.mark.parametrize("command", [case(command) for command in typed()])
def test_every_command_runs(
    command: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(command)
    set_before = [word.split("=", 1) for word in words if ASSIGNMENT.match(word)]
    if "make" in words:  # what it would do; that takes minutes
        subprocess.run(
            ["make", "--dry-run", *words[words.index("make") + 1 :]], cwd=ROOT, check=True
        )
        return
    for name, value in set_before:
        monkeypatch.setenv(name, value)
        words.remove(f"{name}={value}")
    if "map.toml" in words:
        ratings(here)
    assert ran(words) == 0, capsys.readouterr().err
    if words[0] == "cp":
        assert json.loads((here / words[2]).read_text()) == {}


def ran(words: list[str]) -> int:
    """The exit status of a command."""
    program, *rest = words
    if program.startswith(".venv/bin/"):
        program = str(Path(sys.executable).parent / Path(program).name)
    if os.environ.get(UNCOMPILED) or program == "cp":  # numba reads it when it is imported
        quit_debugger = "q\n"
        done = subprocess.run([program, *rest], input=quit_debugger, text=True, check=False)
        return done.returncode
    if program.endswith("python"):
        module, *arguments = rest[1:]
        return int(import_module(f"{module}.__main__").main(arguments))
    assert program.endswith("foryou")
    name, *arguments = rest
    if name == "doctor":
        return int(doctor.report() not in (0, 1))  # the port may be in use
    delegated = DELEGATES[name]
    main = import_module(delegated.module).main
    return int(main([*delegated.before, *arguments, *SMALLER.get(name, ())]))


@pytest.mark.parametrize("name", NAMES)
def test_every_block_of_code_is_of_a_kind_that_is_run(name: str) -> None:
    for kind, code in BLOCK.findall(text(name)):
        if not kind:
            assert code.startswith(tuple(DRAWN)), f"{name}: {code[:40]!r}"
        else:
            assert kind in ("console", "python", "toml")


def test_every_reason_is_that_of_a_command() -> None:
    commands = list(typed())
    assert len(commands) > 30
    for begins in NOT_RUN:
        assert any(re.match(begins, command) for command in commands)
