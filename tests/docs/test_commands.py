"""Every command in the documents exists, with its options."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

import pytest

from app.cli.main import DELEGATED
from app.settings import PREFIX, Settings
from tests.docs.documents import NAMES, ROOT, code_blocks, commands, text

MAKEFILE = text("Makefile")
PAST = "CHANGELOG.md"  # names commands of older versions
OURS = re.compile(r"python -m ((?:app|ml|datagen|evaluation)[\w.]*)(.*)")
DELEGATES = {delegated.name: delegated for delegated in DELEGATED}
VARIABLES = re.compile(rf"\b{PREFIX}[A-Z_]+\b")

COMMAND = re.compile(
    r"(?:[A-Z_]+=\S+ )*(?:\S*/)?foryou ((?:-|[a-z])[^|`]*)"
)  # and what is set for it

Main = Callable[[list[str]], int]


def every_command() -> Iterator[str]:
    for name in NAMES:
        if name != PAST:
            yield from commands(name)


def help_of(main: Main, before: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*before, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def modules() -> list[tuple[str, str]]:
    """Each module that is named, with the words behind it."""
    return sorted({(m[1], m[2].strip()) for c in every_command() if (m := OURS.search(c))})


@pytest.mark.parametrize(("module", "rest"), modules())
def test_every_module_runs_with_its_options(
    module: str, rest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = find_spec(module)
    assert spec is not None
    is_package = spec.submodule_search_locations is not None
    main: Main = import_module(f"{module}.__main__" if is_package else module).main
    first = rest.split()[:1]
    offered = re.search(r"\{([\w,-]+)\}", help_of(main, [], capsys))
    before = [word for word in first if offered and word in offered[1].split(",")]
    assert before or not first or first[0].startswith("-"), f"{module} has no command {first[0]!r}"
    about = help_of(main, before, capsys)
    for option in re.findall(r"--[a-z-]+", rest):
        assert option in about


@pytest.mark.parametrize(
    "words",
    sorted({m[1] for c in every_command() if (m := COMMAND.match(c))}),
)
def test_every_command_of_foryou_runs_with_its_options(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = words.split()[0]
    if name in ("doctor", "--help"):
        return
    delegated = DELEGATES[name]
    main: Main = import_module(delegated.module).main
    about = help_of(main, list(delegated.before), capsys)
    for option in re.findall(r"--[a-z-]+", words):
        assert option in about


def test_every_make_target_and_variable_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    known = set(re.findall(r"^([A-Z_]+) \?=", MAKEFILE, re.MULTILINE))
    made = [c for c in every_command() if re.match(r"(?:[A-Z_]+=\S+ )*make [a-z]", c)]
    assert {m[1] for c in made if (m := re.search(r"make ([a-z-]+)", c))} <= targets
    named = {name for c in made for name in re.findall(r"\b([A-Z_]+)=", c.partition("make ")[2])}
    assert "REJECTS" in named
    assert named <= known


@pytest.mark.parametrize("name", [name for name in NAMES if name != PAST])
def test_every_setting_exists(name: str) -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    assert set(VARIABLES.findall(text(name))) <= known


def test_readme_shows_commands() -> None:
    shown = "".join(code_blocks("README.md", "console"))
    assert all(word in shown for word in ("make serve", "make test", "foryou timeline", "curl"))


def test_rejects_reach_the_training() -> None:
    dry_runs = [
        subprocess.run(
            ["make", "--dry-run", "train", "DATA=mine", *rejects],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for rejects in (["REJECTS=aside"], [])
    ]
    assert '--rejects "aside"' in dry_runs[0]
    assert "--rejects" not in dry_runs[1]
