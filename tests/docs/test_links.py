"""Every link and every path in the documents leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.documents import DOCUMENTS, NAMES, ROOT, SPAN, prose

LINK = re.compile(r"\]\(([^)\s]+)\)")
ROOMS = "app|ml|datagen|evaluation|tests|docs"


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", prose(str(path.relative_to(ROOT))), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_file_and_a_heading(name: str) -> None:
    broken = []
    for link in LINK.findall(prose(name)):
        target, _, anchor = link.partition("#")
        if target.startswith(("http://", "https://")):
            continue
        path = ((ROOT / name).parent / target).resolve() if target else ROOT / name
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGELOG.md"])
def test_every_path_that_is_named_is_there(name: str) -> None:
    named = [code.rstrip("/") for code in SPAN.findall(prose(name))]
    paths = [code for code in named if re.fullmatch(rf"(?:{ROOMS})/[\w./-]+", code)]
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_every_document_can_be_reached_from_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        for link in LINK.findall(prose(str(path.relative_to(ROOT)))):
            target = (path.parent / link.partition("#")[0]).resolve()
            if target.is_relative_to(ROOT) and target.is_file():
                waiting.append(target)
    assert set(DOCUMENTS) <= reached


def test_pictures_are_legible_in_light_and_dark() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.svg"))
    assert pictures
    for picture in pictures:
        drawn = picture.read_text(encoding="utf-8")
        assert "prefers-color-scheme: dark" in drawn
        assert "<title" in drawn
        assert "<desc" in drawn
