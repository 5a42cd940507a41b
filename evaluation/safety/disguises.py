"""Ten ways to write a word so that a program does not know it and a person does."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np

Disguise = Callable[[str], str]

DIGITS: Final = str.maketrans("aeiostAEIOST", "431057431057")
FIRST: Final = "abcehikmnopstuxyABCEHIKMOPSTXY"
ALIKE: Final = str.maketrans(FIRST, "аЬсеһікмпорѕтυхуАВСЕНІКМОРЅТХУ")
WIDE: Final = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
ZERO_WIDTH: Final = ("\u200b", "\u200c", "\u200d", "\u2060")
MARKS: Final = (".", "-", "_")
ACCENTS: Final = ("\u0300", "\u0301", "\u0302", "\u0308")
BETWEEN: Final = re.compile(r"(?<=[A-Za-z])(?=[A-Za-z])")
HALF: Final = 0.5


def _chance(text: str) -> np.random.Generator:
    """The same text is disguised in the same way."""
    return np.random.default_rng(zlib.crc32(text.encode()))


def leetspeak(text: str) -> str:
    """b17ch"""
    return text.translate(DIGITS)


def homoglyphs(text: str) -> str:
    """Letters of other scripts that look alike."""
    return text.translate(ALIKE)


def full_width(text: str) -> str:
    """ｂｉｔｃｈ"""
    return text.translate(WIDE)


def zero_width(text: str) -> str:
    """A character that is not shown between all others."""
    rng = _chance(text)
    return "".join(c + ZERO_WIDTH[rng.integers(len(ZERO_WIDTH))] for c in text)


def repeated_letters(text: str) -> str:
    """biiitchhh"""
    rng = _chance(text)
    times = np.where(rng.random(len(text)) < HALF, rng.integers(2, 6, len(text)), 1)
    return "".join(c * int(n) if c.isalpha() else c for c, n in zip(text, times, strict=True))


def spaced_letters(text: str) -> str:
    """b i t c h, in half of all words"""
    rng = _chance(text)
    words = re.split(r"(\s+)", text)
    return "".join(" ".join(w) if w.strip() and rng.random() < HALF else w for w in words)


def punctuation(text: str) -> str:
    """b.i-t_ch"""
    rng = _chance(text)
    return BETWEEN.sub(
        lambda _: MARKS[rng.integers(len(MARKS))] if rng.random() < HALF else "", text
    )


def mixed_case(text: str) -> str:
    """bItCH"""
    upper = _chance(text).random(len(text)) < HALF
    return "".join(c.upper() if up else c.lower() for c, up in zip(text, upper, strict=True))


def accents(text: str) -> str:
    """bítçh"""
    rng = _chance(text)
    marked = "".join(
        c + ACCENTS[rng.integers(len(ACCENTS))] if c.isalpha() and rng.random() < HALF else c
        for c in text
    )
    return unicodedata.normalize("NFC", marked)


def masked_vowels(text: str) -> str:
    """b*tch"""
    return re.sub("[aeiouAEIOU]", "*", text)


DISGUISES: Final[dict[str, Disguise]] = {
    one.__name__: one
    for one in (
        leetspeak,
        homoglyphs,
        full_width,
        zero_width,
        repeated_letters,
        spaced_letters,
        punctuation,
        mixed_case,
        accents,
        masked_vowels,
    )
}
