"""Notebooks are small, without outputs, and name what there is; `make notebooks` executes them."""

from __future__ import annotations

import ast
import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.docs.documents import ROOT, text

FOLDER = ROOT / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_BYTES = 20_000


def cells(notebook: Path, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == kind]


def test_there_are_three_and_each_is_listed() -> None:
    assert len(NOTEBOOKS) == 3
    for notebook in NOTEBOOKS:
        assert f"]({notebook.name})" in text("docs/notebooks/README.md")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_its_outputs(notebook: Path) -> None:
    assert notebook.stat().st_size < MOST_BYTES
    for cell in cells(notebook, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_a_notebook_imports_of_ours_is_there(notebook: Path) -> None:
    imports = [
        (node.module, alias.name)
        for cell in cells(notebook, "code")
        for node in ast.walk(ast.parse("".join(cell["source"])))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if node.module.split(".")[0] in ("app", "ml", "datagen", "evaluation")
    ]
    for module, name in imports:
        found = hasattr(import_module(module), name) or find_spec(f"{module}.{name}")
        assert found, f"{module} has no {name}"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_linked_to_the_documents(notebook: Path) -> None:
    words = "".join("".join(cell["source"]) for cell in cells(notebook, "markdown"))
    links = [part.split(")")[0] for part in words.split("](")[1:]]
    assert links
    for link in links:
        assert (FOLDER / link).is_file(), link
