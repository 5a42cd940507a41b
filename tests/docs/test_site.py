"""The site builds strictly, has every document, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.documents import NAMES, ROOT

pytest.importorskip("material", reason="mkdocs-material is in the extra `docs`")
LOADED = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?([^\"' >]+)")
LINKED = re.compile(r"<link\b[^>]*>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = ["mkdocs", "build", "--strict", "-f", f"{ROOT}/.mkdocs.yml", "-d", f"{folder}"]
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    pages = {
        page.relative_to(site).with_suffix("").as_posix().lower() for page in site.rglob("*.html")
    }
    for name in NAMES:
        path = Path(name).with_suffix("")
        page = path.relative_to("docs") if name.startswith("docs/") else Path("project", path)
        if page.name == "README" and name != "README.md":
            page = page.with_name("index")
        assert page.as_posix().lower() in pages


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = [*LOADED.findall(text), *LINKED.findall(text)]
        assert loaded
        assert not [one for one in loaded if "//" in one], page.name
    for style in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", style.read_text("utf-8"))
