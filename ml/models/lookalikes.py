"""What each character reads as: a letter, a gap, or nothing at all.

A table of the first plane of Unicode, after NFKD. What has a letter in its name reads as it
(`LATIN SMALL LETTER O WITH STROKE`); what only looks like one is listed (UTS 39, confusables).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Symbols = NDArray[np.int32]

NOTHING: Final = 0  # not shown, or a mark on the character before
A: Final = 1  # 1 … 26 are the letters
LETTERS: Final = 26
GAP: Final = 27  # white space
MARK: Final = 28  # punctuation
STAR: Final = 29  # stands for a letter that is not written
IN_WORD: Final = 32  # and a letter: punctuation that reads as one, if it stands in a word
BEFORE: Final = 64  # and a letter: the same, if it stands before a letter
OTHER: Final = 128  # and a code point: letters of other scripts
ALONE: Final = 1 << 24  # and a code point: symbols that are words of their own, such as emoji

PLANE: Final = 0x10000
DIGITS: Final = dict(zip("0123456789", "oizeasgtbg", strict=True))
IN_WORDS: Final = dict(zip("@$€¢£¥§", "aseclys", strict=True))
BEFORE_LETTERS: Final = dict(zip("!|¡+", "iiit", strict=True))
STARS: Final = "*#%•●█■"
UNSEEN: Final = "\u115f\u1160\u3164\uffa0"  # letters of Korean that are not shown
ALIKE: Final = {
    "a": "аαΑАɑΛ∆₳ᎪꓮᗩΔæÆ",
    "b": "вВьЬъЪбβΒƄƅᏴꓐᗷ฿ß",
    "c": "сСϲςᏟꓚᑕƈ©⊂",
    "d": "ԁժᎠꓓᗪÐð∂δ",
    "e": "еЕєЄэЭεΕξΞҽәǝɘƏЗзᎬꓰᕮ∈",
    "f": "ƒϝғҒꓝᖴ",
    "g": "ԍցᏀꓖᘜ₲",
    "h": "һҺнНңҢհΗᎻꓧᕼ",
    "i": "іІιΙᎥꓲ",
    "j": "јЈϳյᎫꓙᒍ",
    "k": "кКқҚκΚᏦꓗ₭",
    "l": "ӏӀլᏞꓡᒪ∣ǀ",
    "m": "мМΜϻᎷꓟᗰ₥",
    "n": "пПηΝπոռՈꓠᑎ₦и",
    "o": "оОοΟθΘσօՕөӨфФᎤꓳ",
    "p": "рРρΡᏢꓑᑭ₱þÞ",
    "q": "ԛԚզᑫ",
    "r": "гГґҐяЯᎡꓣᖇ®",
    "s": "ѕЅՏᏚꓢᔕ₴",
    "t": "тТτΤᎢꓔ₮†",
    "u": "υսՍμцЦꓴᑌ",
    "v": "νѵѴᏙꓦᐯ√",
    "w": "ԝԜшШщЩωᏔꓪᗯ₩",
    "x": "хХҳҲχΧꓫ᙭×",
    "y": "уУүҮγΥᎩꓬч",
    "z": "ζΖᏃꓜᘔ",
}
NAMED: Final = re.compile(
    r"LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL |SMALL )?"
    r"(?:(?:TURNED|REVERSED|OPEN|SCRIPT|DOTLESS|INSULAR|SIDEWAYS|LONG|INVERTED|BARRED|STRETCHED|"
    r"TAILLESS|BLACKLETTER|CLOSED) )*([A-Z])(?: WITH .*)?"
)
WITH_NAMES: Final = ((0x80, 0x2B0), (0x1D00, 0x1DC0), (0x2C60, 0x2C80), (0xA720, 0xAB70))
ALPHABETS: Final = (0x1F150, 0x1F170, 0x1F1E6)  # A to Z as white letters in shapes, and as flags
TONES: Final = (0x1F3FB, 0x1F3FF)  # of skin, behind an emoji
PICTURES: Final = (0x1F000, 0x1FFFF)
TAGS: Final = 0xE0000  # and more: not shown


@cache
def table() -> Symbols:
    """(65,536,) what each character of the first plane reads as."""
    found = np.fromiter((_symbol(point) for point in range(PLANE)), np.int32, PLANE)
    for first, last in WITH_NAMES:
        for point in range(first, last):
            if named := NAMED.fullmatch(unicodedata.name(chr(point), "")):
                found[point] = _letter(named[1])
    for letter, alike in ALIKE.items():
        for character in alike:
            found[ord(character)] = _letter(letter)
    for listed, kind in ((DIGITS, 0), (IN_WORDS, IN_WORD), (BEFORE_LETTERS, BEFORE)):
        for character, letter in listed.items():
            found[ord(character)] = _letter(letter) + kind
    for star in STARS:
        found[ord(star)] = STAR
    found.setflags(write=False)
    return found


def _symbol(point: int) -> int:
    character = chr(point)
    lower = character.lower()
    if len(lower) == 1 and "a" <= lower <= "z":
        return _letter(lower)
    kind = unicodedata.category(character)
    if character.isspace() or kind == "Cc":
        return GAP
    if kind[0] in "MC" or character in UNSEEN:
        return NOTHING
    if kind[0] in "LN":
        return OTHER + (ord(lower) if len(lower) == 1 else point)
    return ALONE + point if kind == "So" else MARK


def _letter(name: str) -> int:
    return A + ord(name.lower()) - ord("a")
