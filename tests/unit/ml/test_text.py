"""Texts are compared as people read them, not as computers write them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml import text
from ml.text import FEW, domain, fold, host_of, hosts, phrase


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Politik", "POLITIK"),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("café", "cafe\u0301"),  # NFC and NFD
        ("Ｆｕｌｌ", "full"),  # NFKC
        ("ﾀﾜｰ", "タワー"),
        ("poli\u00adtics", "politics"),  # a soft hyphen is not seen
        ("po\u200blitics", "politics"),
        ("don’t", "don't"),
        ("breaking \n  news", "Breaking News"),
        ("❤️", "❤"),
    ],
)
def test_what_reads_alike_is_alike(one: str, other: str) -> None:
    assert phrase(one) == phrase(other)


@pytest.mark.parametrize(
    ("one", "other"), [("cat", "cats"), ("c", "c++"), ("#cat", "cat"), ("café", "cafe")]
)
def test_what_reads_differently_is_not_alike(one: str, other: str) -> None:
    assert phrase(one) != phrase(other)


def test_a_phrase_needs_a_word_or_a_sign_and_not_too_many() -> None:
    assert phrase(" \t") is None
    assert phrase("\u200b") is None
    assert phrase("🔥") is not None
    assert phrase("a " * text.MAX_TOKENS) is not None
    assert phrase("a " * (text.MAX_TOKENS + 1)) is None


@given(st.text(st.characters(max_codepoint=127), max_size=80))
def test_a_phrase_in_ascii_is_cut_as_any_other(given: str) -> None:
    tokens = pl.Series([fold(given)]).str.extract_all(text.TOKEN)[0].to_list()
    assert phrase(given) == (" ".join(tokens) if 0 < len(tokens) <= text.MAX_TOKENS else None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Example.COM", "example.com"),
        ("*.example.com", "example.com"),
        ("@example.com", "example.com"),
        ("https://me@www.example.com:8080/a?b", "www.example.com"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("BÜCHER.example.", "bücher.example"),
        ("xn--\x00.example", None),
        ("ru", "ru"),
        ("two words", None),
        ("", None),
        ("https://", None),
    ],
)
def test_a_domain_is_a_host_however_it_is_written(given: str, expected: str | None) -> None:
    assert domain(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("bob@social.example", "social.example"),
        ("@bob@social.example", "social.example"),
        ("https://social.example/users/bob", "social.example"),
        ("did:plc:x", None),
        ("@bob", None),
        ("at://did:plc:x/app.bsky.feed.post/y", None),
        ("42", None),
    ],
)
def test_the_host_of_an_id_is_that_of_an_account_or_a_url(given: str, expected: str | None) -> None:
    assert host_of(given) == expected


def test_links_have_hosts_and_addresses_and_numbers_have_none() -> None:
    words = (
        "HTTPS://User@A.example:80/x b.example/y, (c.example) mail bob@d.example, @e@f.example 3.14"
    )
    assert hosts(fold(words)) == ["a.example", "b.example", "c.example"]
    assert hosts(fold("http://xn--bcher-kva.example http://ex%61mple.com 。")) == [
        "bücher.example",
        "example.com",
    ]


@given(st.text(st.characters(max_codepoint=127)), st.sampled_from(["", "see http://a.example/b c"]))
def test_few_texts_and_many_have_the_same_tokens(words: str, link: str) -> None:
    folded = fold(words + link)
    few, count = text.hashed_tokens([folded])
    many, counts = text.hashed_tokens([folded] * (FEW + 1))
    assert counts.tolist() == count.tolist() * (FEW + 1)
    assert many.tolist() == few.tolist() * (FEW + 1)
