"""The style page, as laws: small files, packages that ask a question, and plain English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "ml", "datagen", "evaluation")
DATA = ROOT / "datagen" / "vocabulary.py"  # which may be long, and quotes what users write
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if path != DATA
}
MAX_LINES = 250
QUESTION = re.compile(r"[^.!?]+\?")  # the first sentence; others may follow
ARCHAIC = re.compile(r"(^|[^a-z])(said|told|whoever|whereof|thereof)", re.IGNORECASE)


def test_no_file_is_long() -> None:
    lengths = {name: len(text.splitlines()) for name, text in TEXTS.items()}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_every_package_asks_a_question() -> None:
    packages = {name: text for name, text in TEXTS.items() if name.endswith("__init__.py")}
    questions = {name: ast.get_docstring(ast.parse(text)) for name, text in packages.items()}
    assert [name for name, asked in questions.items() if not QUESTION.match(asked or "")] == []


def test_the_english_is_plain() -> None:
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in TEXTS.items()
        for number, line in enumerate(text.splitlines(), 1)
        if ARCHAIC.search(line)
    ]
    assert found == []
