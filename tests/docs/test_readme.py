"""README is short, and what is generated in documents is up to date."""

from __future__ import annotations

import re

import pytest

from app.api.metrics import Served
from app.serving.engine import Engine
from evaluation import readme
from evaluation.readme import Block
from tests.docs.documents import NAMES, README, ROOT, code_blocks, text

MOST_LINES = 250
WIDEST = 100  # characters in a line of code: nobody has to scroll sideways


def name_of(block: Block) -> str:
    return f"{block.file}:{block.name}"


def test_readme_is_read_in_one_sitting() -> None:
    assert len(text("README.md").splitlines()) <= MOST_LINES


def test_the_first_screen_says_how_to_run_it() -> None:
    first = text("README.md").splitlines()[:20]
    assert any(line.startswith("$ make serve") for line in first)
    assert any(line.startswith("$ make test") for line in first)


@pytest.mark.parametrize("name", NAMES)
def test_no_code_has_to_be_scrolled_sideways(name: str) -> None:
    lines = "".join(code_blocks(name)).splitlines()
    assert not [line for line in lines if len(line) > WIDEST]


@pytest.mark.parametrize("block", readme.FIXED, ids=name_of)
def test_generated_tables_are_up_to_date(block: Block) -> None:
    written = text(block.file)
    assert readme.filled(written, block) == written, "run python -m evaluation.readme --fixed"


@pytest.mark.parametrize("block", readme.MEASURED, ids=name_of)
def test_measured_parts_were_filled_in(block: Block) -> None:
    part = text(block.file).split(f"<!-- {block.name}:begin -->")[1]
    assert len(part.split(f"<!-- {block.name}:end -->")[0].splitlines()) > 3


def test_every_place_for_a_block_is_filled_by_one() -> None:
    places = [
        (name, block)
        for name in NAMES
        for block in re.findall(r"^<!-- ([\w-]+):begin -->$", text(name), re.MULTILINE)
    ]
    assert sorted(places) == sorted((b.file, b.name) for b in (*readme.FIXED, *readme.MEASURED))


def test_a_text_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for 'features'"):
        readme.filled("nothing", readme.FIXED[0])


def test_fixed_parts_need_no_artifacts(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("documents")
    monkeypatch.chdir(folder)
    assert readme.main(["--fixed"]) == 2
    for block in readme.FIXED:
        (folder / block.file).parent.mkdir(parents=True, exist_ok=True)
        (folder / block.file).write_bytes((ROOT / block.file).read_bytes())
    assert readme.main(["--fixed"]) == 0
    for block in readme.FIXED:
        assert (folder / block.file).read_bytes() == (ROOT / block.file).read_bytes()


def test_every_gauge_is_described(tiny_engine: Engine) -> None:
    described = text("docs/reference/metrics.md")
    for family in Served(tiny_engine).collect():
        suffix = "_info" if family.type == "info" else ""
        assert f"`{family.name}{suffix}`" in described


def test_the_package_describes_itself_by_readme() -> None:
    assert 'readme = "README.md"' in text("pyproject.toml")
    assert README.is_file()
