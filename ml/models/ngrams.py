"""Hashed n-grams of words and characters, of texts as a person reads them.

Some do not see what a disguise changes, and others see all, so that one that is learned on plain
texts still finds something in each: words and pairs of words as they are, with drawn-out letters
once (`biiitch`), and with one sign for all vowels (`b*tch`); 2 to 5 characters within words, with
their borders; 3 to 5 with one sign for all vowels; and 4 to 6 across the borders of words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ml.kernels import inline_kernel, kernel
from ml.models.lookalikes import GAP, STAR, Symbols
from ml.models.plain_words import is_vowel, plain_words

BUCKETS: Final = 1 << 20  # bucket 0 stands for nothing
PER_LETTER: Final = 24  # n-grams, at most
BITS_32: Final = 0xFFFFFFFF
PRIME: Final = 0x01000193  # FNV-1a
AS_WRITTEN: Final = 0x2F0B4C47  # where the hash of each kind of n-gram begins
ONCE: Final = 0x011C9DC5
NEUTRAL: Final = 0x3C6EF372
WITHIN, WITHOUT_VOWELS, ACROSS = range(3)
RUNS: Final = np.array(  # of characters: the fewest, the most, and where their hashes begin
    [[2, 5, 0x1B873593], [3, 5, 0x05D1E995], [4, 6, 0x0007A3D1]]
)

Buckets = NDArray[np.int32]


class Ngrams(NamedTuple):
    """The buckets of all n-grams of some texts: for each text those of words, then the others."""

    bucket: Buckets  # of all texts, one after the other
    end: NDArray[np.int64]  # (texts, 2) where the words of each text end in it, and where all end

    def __len__(self) -> int:
        return len(self.end)


def ngrams(texts: Sequence[str]) -> Ngrams:
    """The n-grams of each text by itself."""
    words = plain_words(texts)
    bucket = np.empty(PER_LETTER * len(words.letters), np.int32)
    end = np.empty((len(texts), 2), np.int64)
    spare = np.empty(len(words.letters) + 2, np.int32)
    count = _hash(*words, bucket, end, spare)
    return Ngrams(bucket[:count], end)


@kernel
def _hash(
    letters: Symbols,
    word: Symbols,
    text: Symbols,
    bucket: Buckets,
    end: NDArray[np.int64],
    spare: Symbols,
) -> int:
    count = int(np.int64(0))  # for a constant `_inside` would be compiled once more
    for t in range(len(text) - 1):
        written, once, neutral = AS_WRITTEN, ONCE, NEUTRAL
        for w in range(text[t], text[t + 1]):
            before = written, once, neutral
            written, once, neutral = AS_WRITTEN, ONCE, NEUTRAL
            last, last_neutral = 0, 0
            for i in range(word[w], word[w + 1]):
                letter = int(letters[i])
                written = _add(written, letter)
                if letter != last:
                    once = _add(once, letter)
                last = letter
                letter = STAR if is_vowel(letter) else letter
                if letter != last_neutral:
                    neutral = _add(neutral, letter)
                last_neutral = letter
            for hashed in (
                written,
                once,
                neutral,
                _add(before[0], written),
                _add(before[1], once),
                _add(before[2], neutral),
            ):
                bucket[count] = _bucket(hashed)
                count += 1
        end[t, 0] = count
        begin = word[text[t]]
        length = int(np.int64(0))
        for w in range(text[t], text[t + 1]):
            for kind in (WITHIN, WITHOUT_VOWELS):
                is_neutral = kind == WITHOUT_VOWELS
                size = _write_once(letters, word[w], word[w + 1], spare, is_neutral)
                count = _inside(spare, size, kind, bucket, count)
        for i in range(begin, word[text[t + 1]]):
            if length == 0 or spare[length - 1] != letters[i]:
                spare[length] = letters[i]
                length += 1
        count = _inside(spare, length, int(ACROSS), bucket, count)
        end[t, 1] = count
    return count


@kernel
def _write_once(letters: Symbols, first: int, last: int, spare: Symbols, neutral: bool) -> int:
    """Write a word between borders, drawn-out letters once; its length."""
    spare[0] = GAP
    length = 1
    for i in range(first, last):
        letter = int(letters[i])
        if neutral and is_vowel(letter):
            letter = STAR
        if spare[length - 1] != letter:
            spare[length] = letter
            length += 1
    spare[length] = GAP
    return length + 1


@kernel
def _inside(characters: Symbols, length: int, kind: int, bucket: Buckets, count: int) -> int:
    """Write the buckets of all runs of characters of a kind; how many there are now."""
    least, most, seed = RUNS[kind, 0], RUNS[kind, 1], RUNS[kind, 2]
    for i in range(length):
        hashed = seed
        for j in range(i, min(i + most, length)):
            hashed = _add(hashed, int(characters[j]))
            if j - i + 1 >= least:
                bucket[count] = _bucket(hashed)
                count += 1
    return count


@inline_kernel
def _add(hashed: int, symbol: int) -> int:
    return ((hashed ^ symbol) * PRIME) & BITS_32


@inline_kernel
def _bucket(hashed: int) -> int:
    mixed = ((hashed ^ (hashed >> 15)) * 0x2C1B3C6D) & BITS_32
    return 1 + (mixed ^ (mixed >> 12)) % (BUCKETS - 1)
