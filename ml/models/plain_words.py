"""The words of texts as a person reads them, whatever they are disguised with.

Case, accents, full width, look-alikes, digits for letters, characters that are not shown,
punctuation inside words and spaces between letters make no difference: `Ｂ.1.т․с.h`, `b i t c h`
and `bitch` are one word. How long a letter is drawn out is kept up to three, and what stands for
a letter that is not written is a star: what these mean is for n-grams to say (`ml.models.ngrams`).
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.kernels import inline_kernel, kernel
from ml.models import lookalikes
from ml.models.lookalikes import (
    ALONE,
    ALPHABETS,
    BEFORE,
    GAP,
    IN_WORD,
    LETTERS,
    NOTHING,
    OTHER,
    PICTURES,
    PLANE,
    STAR,
    TAGS,
    TONES,
    A,
    Symbols,
)

MOST_CHARACTERS: Final = 8_192  # of a text, the first
LONGEST_RUN: Final = 3  # of one letter; more is no more drawn out
WIDE: Final = 2  # a gap of so many characters separates words even between single letters
END_OF_TEXT: Final = -1

Codes = NDArray[np.uint32]


class PlainWords(NamedTuple):
    """All words of some texts, as flat arrays."""

    letters: Symbols  # of all words, one after the other
    word: Symbols  # (words + 1,) where each word begins in `letters`
    text: Symbols  # (texts + 1,) where each text begins in `word`


def plain_words(texts: Sequence[str]) -> PlainWords:
    """Read texts; each by itself, so that others beside it make no difference."""
    code = _codes(texts)
    symbol = np.empty(len(code), np.int32)
    count = _symbols(code, lookalikes.table(), symbol)
    letters, word, gap = (np.empty(count + 1, np.int32) for _ in range(3))
    text = np.zeros(len(texts) + 1, np.int32)
    _split(symbol[:count], letters, word, gap, text)
    words = _join(letters, word, gap, text)
    return PlainWords(letters, word[: words + 1], text)


def _codes(texts: Sequence[str]) -> Codes:
    """The code points of all texts in NFKD, a line feed behind each."""
    joined = "".join(map(_line, texts))
    if not joined.isascii():
        joined = unicodedata.normalize("NFKD", joined)
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)


def _line(text: str) -> str:
    """The text on one line, with the characters that some exports write as `&#8220;`."""
    text = text[:MOST_CHARACTERS]
    if "&" in text:
        text = html.unescape(text)
    return text.replace("\n", " ") + "\n"


@kernel
def _symbols(code: Codes, table: Symbols, symbol: Symbols) -> int:
    """Write what the characters read as, without what is not shown; how many are left."""
    count = 0
    for i in range(len(code)):
        point = int(code[i])
        read = END_OF_TEXT
        if point != 10:
            read = int(table[point]) if point < PLANE else _of_higher_plane(point)
        if read != NOTHING:
            symbol[count] = read
            count += 1
    return count


@kernel
def _of_higher_plane(point: int) -> int:
    for first in ALPHABETS:
        if first <= point < first + LETTERS:
            return A + point - first
    if TONES[0] <= point <= TONES[1] or point >= TAGS:
        return NOTHING
    if PICTURES[0] <= point <= PICTURES[1]:
        return ALONE + point
    return OTHER + point


@kernel
def _split(symbol: Symbols, letters: Symbols, word: Symbols, gap: Symbols, text: Symbols) -> None:
    """Cut texts into words, and write how wide the gap before each word is. One mark between two
    letters is part of a word that is written without it."""
    count, words, texts = 0, 0, 0
    inside, marks, wide = False, 0, WIDE
    for i in range(len(symbol)):
        read = int(symbol[i])
        behind = int(symbol[i + 1]) if i + 1 < len(symbol) else END_OF_TEXT
        letter = _letter(read, behind, inside and marks == 0)
        if letter > 0:
            if not inside:
                word[words], gap[words] = count, wide
                words += 1
                inside = True
            if not _is_drawn_out(letters, word[words - 1], count, letter):
                letters[count] = letter
                count += 1
            marks = 0
        elif read == END_OF_TEXT:
            texts += 1
            text[texts] = words
            inside, marks, wide = False, 0, WIDE
        elif read >= ALONE:
            word[words], gap[words], letters[count] = count, WIDE, read
            words += 1
            count += 1
            inside, marks, wide = False, 0, 0
        elif read == GAP:
            wide = marks + 1 if inside else wide + 1
            inside, marks = False, 0
        else:
            marks += 1
            if inside and marks > 1:
                inside, wide = False, WIDE
            elif not inside:
                wide += 1
    word[words] = count


@inline_kernel
def _letter(read: int, behind: int, is_behind_letter: bool) -> int:
    """The letter that a symbol is between others; 0 where it is none."""
    before_letter = A <= behind < A + LETTERS or IN_WORD < behind <= IN_WORD + LETTERS
    if A <= read < A + LETTERS or OTHER <= read < ALONE:
        return read
    if IN_WORD < read <= IN_WORD + LETTERS and (before_letter or is_behind_letter):
        return read - IN_WORD
    if BEFORE < read <= BEFORE + LETTERS and before_letter:
        return read - BEFORE
    if read == STAR and (before_letter or behind == STAR or is_behind_letter):
        return STAR
    return 0


@inline_kernel
def _is_drawn_out(letters: Symbols, first: int, count: int, letter: int) -> bool:
    """Whether the word that ends here has ended in this letter for as long as we count."""
    run = 0
    while run < LONGEST_RUN and count - run > first and letters[count - run - 1] == letter:
        run += 1
    return run == LONGEST_RUN


@kernel
def _join(letters: Symbols, word: Symbols, gap: Symbols, text: Symbols) -> int:
    """Join single letters that stand in a row to words, and take out stars between all letters of a
    word, in place; how many words are left."""
    count, words = 0, 0
    for t in range(len(text) - 1):
        begin, end = text[t], text[t + 1]
        text[t] = words
        was_single = False
        for w in range(begin, end):
            first, last = word[w], word[w + 1]
            is_single = last - first == 1 and letters[first] < ALONE
            if not (is_single and was_single and gap[w] < WIDE):
                word[words] = count
                words += 1
            was_single = is_single
            separated = _is_separated_by_stars(letters, first, last)
            for i in range(first, last):
                if letters[i] != STAR or not separated:
                    letters[count] = letters[i]
                    count += 1
    word[words] = count
    text[len(text) - 1] = words
    return words


@kernel
def _is_separated_by_stars(letters: Symbols, first: int, last: int) -> bool:
    """Whether a word is written `w*o*r*d`; in `c*v*r`, stars are the vowels."""
    vowels = 0
    for i in range(first, last):
        if (letters[i] == STAR) != ((i - first) % 2 == 1):
            return False
        vowels += is_vowel(int(letters[i]))
    return (last - first) % 2 == 1 and last - first >= 5 and vowels > 0


@inline_kernel
def is_vowel(letter: int) -> bool:
    """A, e, i, o or u."""
    return letter == 1 or letter == 5 or letter == 9 or letter == 15 or letter == 21
