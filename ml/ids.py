"""Which texts are ids? The one predicate of the imported tables and of HTTP."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 256  # characters
MAX_EVENT_ID_LENGTH: Final = 128

# Ranges of code points that no id has, spelled out so that an id does not depend on the version of
# Unicode that Python, polars or a client knows: categories Cc, Zs, Zl, Zp, Cf, Cs and Co,
# noncharacters, and what has no glyph (Default_Ignorable_Code_Point, and the blank Braille cell).
# fmt: off
REFUSED: Final = (
    (0x0, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C),
    (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160),
    (0x1680, 0x1680), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F),
    (0x205F, 0x206F), (0x2800, 0x2800), (0x3000, 0x3000), (0x3164, 0x3164), (0xD800, 0xF8FF),
    (0xFDD0, 0xFDEF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F),
    (0x16FE4, 0x16FE4), (0x1BCA0, 0x1BCA3), (0x1D159, 0x1D159), (0x1D173, 0x1D17A),
    *((plane << 16 | 0xFFFE, plane << 16 | 0xFFFF) for plane in range(0x1, 0xE)),
    (0xE0000, 0x10FFFF),
)
# fmt: on
SURROGATES: Final = (0xD800, 0xDFFF)


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    """The inside of a character class that Python, JavaScript and Rust read alike."""
    return "".join(f"{_escaped(first)}-{_escaped(last)}" for first, last in ranges)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else chr(code)


def _without_surrogates() -> tuple[tuple[int, int], ...]:
    """Ranges that a regular expression for valid Unicode can have."""
    return tuple((0xE000 if first == SURROGATES[0] else first, last) for first, last in REFUSED)


PATTERN: Final = f"^[^{_class(_without_surrogates())}]{{1,{MAX_LENGTH}}}$"
"""For JSON Schema: all but the normal form, which no regular expression can tell."""

WORDS: Final = (
    f"an id: 1 to {MAX_LENGTH} printable characters without spaces, control, bidi or invisible "
    f"characters, in NFC"
)
_REFUSED: Final = re.compile(f"[{_class(REFUSED)}]")
_SURROGATE: Final = re.compile(f"[{_class((SURROGATES,))}]")


def is_id(text: str) -> bool:
    """Whether a text is an id."""
    return (
        0 < len(text) <= MAX_LENGTH
        and _REFUSED.search(text) is None
        and unicodedata.is_normalized("NFC", text)
    )


def objection(text: str) -> str | None:
    """A sentence that says why a text is not an id; None where it is one."""
    if not 0 < len(text) <= MAX_LENGTH:
        return f"an id has 1 to {MAX_LENGTH} characters, this one has {len(text):,}"
    if found := _REFUSED.search(text):
        return (
            f"an id has no spaces, control, bidi or invisible characters, this one has "
            f"U+{ord(found.group()):04X} at character {found.start() + 1}"
        )
    if not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return (
            "an id is in Unicode's normal form NFC, this one is not; ids are compared byte for "
            "byte, so normalise them to NFC where they are made"
        )
    return None


def event_id_objection(text: str) -> str | None:
    """A sentence that says why a text cannot be an `event_id`; None where it can."""
    if not 0 < len(text) <= MAX_EVENT_ID_LENGTH:
        return f"an event_id has 1 to {MAX_EVENT_ID_LENGTH} characters, this one has {len(text):,}"
    if _SURROGATE.search(text) is not None:
        return "an event_id is text that UTF-8 can encode, this one has half of a surrogate pair"
    return None
