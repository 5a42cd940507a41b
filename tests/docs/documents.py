"""The documents, and what is read from them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
DOCUMENTS: Final = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
NAMES: Final = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code_blocks(name: str, language: str | None = None) -> list[str]:
    """The code of a document; in one language, where one is given."""
    found = BLOCK.findall(text(name))
    return [code for kind, code in found if language in (None, kind)]


def prose(name: str) -> str:
    """A document without its code blocks."""
    return BLOCK.sub("", text(name))


def commands(name: str) -> list[str]:
    """What a reader may type: lines of console blocks, and code in sentences."""
    lines = "".join(code_blocks(name, "console")).replace("\\\n", " ").splitlines()
    typed = [line[2:].partition(" #")[0].strip() for line in lines if line.startswith("$ ")]
    return [*typed, *SPAN.findall(prose(name))]
