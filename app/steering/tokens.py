"""A sentence as tokens: words, quotations, @names, #tags and marks, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ml import text

QUOTES: Final = r'"[^"]*"|„[^“”"]*[“”"]|“[^”]*”|«[^»]*»|‚[^‘’]*[‘’]'
TOKEN: Final = re.compile(
    rf"@(?:{QUOTES})|{QUOTES}|@[^\s,;!?]+|#\w+|\w[\w'’\-]*|[^\s\w]", re.UNICODE
)
CONTRACTED: Final = (("n't", "not"), ("'d", "would"), ("'m", "am"), ("'ll", "will"))


class Token(NamedTuple):
    word: str  # folded; of a quotation, an @name and a #tag with its mark
    raw: str  # without quotation marks, @ or #
    start: int  # of its characters in the sentence
    end: int

    @property
    def is_quoted(self) -> bool:
        return self.word.startswith('"')

    @property
    def is_name(self) -> bool:
        return self.word.startswith("@")

    @property
    def is_tag(self) -> bool:
        return self.word.startswith("#")


def tokens(sentence: str) -> list[Token]:
    """The tokens of a sentence, in their order."""
    return [token for found in TOKEN.finditer(sentence) for token in _tokens(found)]


def part_of(sentence: str, some: Sequence[Token]) -> str:
    """The part of a sentence that some tokens span."""
    return sentence[min(one.start for one in some) : max(one.end for one in some)]


def _tokens(found: re.Match[str]) -> Iterator[Token]:
    raw, start, end = found.group(), found.start(), found.end()
    if raw[0] == "@":
        bare = raw[1:].rstrip(".")
        stop = start + 1 + len(bare)
        if bare[:1] in tuple('"„“«‚'):
            bare = bare[1:-1]
        yield Token(f"@{text.fold(bare)}", bare, start, stop)
        if stop < end:
            yield Token(".", ".", stop, end)
    elif raw[0] == "#" and len(raw) > 1:
        yield Token(text.fold(raw), raw[1:], start, end)
    elif len(raw) > 1 and raw[0] in '"„“«‚':
        yield Token(f'"{text.fold(raw[1:-1])}', raw[1:-1].strip(), start, end)
    else:
        word = text.fold(raw)
        for ending, meant in CONTRACTED:
            if word.endswith(ending) and len(word) > len(ending):
                yield Token(word.removesuffix(ending), raw, start, end)
                yield Token(meant, raw, start, end)
                return
        yield Token(word, raw, start, end)
