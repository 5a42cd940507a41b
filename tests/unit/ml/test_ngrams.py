"""A disguised text reads as the plain one, and a text reads the same beside others."""

from __future__ import annotations

import string
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.safety import disguises
from ml.models.lookalikes import ALONE, OTHER, STAR
from ml.models.ngrams import BUCKETS, ngrams
from ml.models.plain_words import MOST_CHARACTERS, plain_words

words = st.lists(st.text(string.ascii_lowercase, min_size=2, max_size=9), min_size=1, max_size=8)
EXACT = (
    disguises.leetspeak,
    disguises.homoglyphs,
    disguises.full_width,
    disguises.zero_width,
    disguises.punctuation,
    disguises.mixed_case,
    disguises.accents,
)


def read(text: str) -> list[str]:
    """The words of a text as strings."""
    letters, word, _ = plain_words([text])
    shown = "".join(
        chr(96 + s) if s <= 26 else "*" if s == STAR else chr(s - (ALONE if s >= ALONE else OTHER))
        for s in letters[: word[-1]].tolist()
    )
    return [shown[first:last] for first, last in pairwise(word.tolist())]


def short_runs(one: str) -> bool:
    return not any(a == b == c for a, b, c in zip(one, one[1:], one[2:], strict=False))


@pytest.mark.parametrize("disguise", EXACT, ids=lambda disguise: disguise.__name__)
@given(text=words)
@settings(max_examples=40)
def test_a_disguised_text_reads_as_the_plain_one(
    disguise: disguises.Disguise, text: list[str]
) -> None:
    plain = " ".join(text)
    assert read(disguise(plain)) == read(plain)


@given(words)
def test_a_plain_text_reads_as_it_is(text: list[str]) -> None:
    assert read(" ".join(text)) == text or not all(map(short_runs, text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sh!t, @ss and f_u_c_k", ["shit", "ass", "and", "fuck"]),
        ("you b i t c h", ["you", "bitch"]),
        ("b*i*t*c*h c*v*r a**hole", ["bitch", "c*v*r", "a**hole"]),
        ("🅵🅤🅒🅚 🇫🇺🇨🇰 f😀f", ["fuck", "fuck", "f", "😀", "f"]),
        ("hm!! wait... what?", ["hm", "wait", "what"]),
        ("привет 你好", ["npnbet", "你好"]),
        ("&#8220;no&amp;&#10;way", ["no", "way"]),
        ("", []),
        ("\u200b \u0301!?", []),
        ("\ud800 \x00 x", ["x"]),
    ],
)
def test_what_a_text_reads_as(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@given(st.lists(st.text(max_size=40), max_size=6))
def test_a_text_reads_the_same_beside_others(texts: list[str]) -> None:
    together = ngrams(texts)
    assert len(together) == len(texts)
    first = 0
    for text, (words_end, end) in zip(texts, together.end.tolist(), strict=True):
        alone = ngrams([text])
        np.testing.assert_array_equal(alone.bucket, together.bucket[first:end])
        assert alone.end[0].tolist() == [words_end - first, end - first]
        first = end
    assert first == len(together.bucket)


@given(st.text(max_size=60))
def test_every_bucket_is_one_of_the_table(text: str) -> None:
    bucket = ngrams([text]).bucket
    assert ((bucket > 0) & (bucket < BUCKETS)).all()


def test_of_a_long_text_the_first_part_counts() -> None:
    text = "ab " * MOST_CHARACTERS
    np.testing.assert_array_equal(ngrams([text]).bucket, ngrams([text[:MOST_CHARACTERS]]).bucket)


def test_stretched_and_masked_words_share_ngrams_with_the_plain_one() -> None:
    plain = set(ngrams(["stupid"]).bucket.tolist())
    for disguised, least in (("stuuupiddd", 0.8), ("st*p*d", 0.2)):
        shared = plain & set(ngrams([disguised]).bucket.tolist())
        assert len(shared) > least * len(plain), disguised
    assert len(plain & set(ngrams(["garden"]).bucket.tolist())) < 0.05 * len(plain)
