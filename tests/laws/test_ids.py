"""What is an id in a table is one over HTTP and in a path, byte for byte, and nothing else is."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.schemas.values import Id
from ml import ids
from ml.dataset.ids import IdKind, as_ids
from ml.dataset.tables import read
from tests.odd_ids import IDS, NO_IDS

ADAPTER: TypeAdapter[str] = TypeAdapter(Id)
PATTERN = re.compile(ids.PATTERN)

texts = st.one_of(st.text(max_size=8), st.sampled_from(IDS + NO_IDS))


def over_http(text: str) -> str | None:
    try:
        return ADAPTER.validate_python(text)
    except ValidationError:
        return None


@pytest.mark.parametrize("text", IDS)
def test_printable_text_is_an_id(text: str) -> None:
    assert ids.objection(text) is None
    assert over_http(text) == text
    assert as_ids(pl.Series([text, "a"]), IdKind.TEXT).to_list() == [text, "a"]


@pytest.mark.parametrize("text", NO_IDS)
def test_what_cannot_be_seen_is_not_an_id(text: str) -> None:
    assert re.fullmatch(r"an id .*", ids.objection(text) or "")
    assert over_http(text) is None
    assert as_ids(pl.Series([text, "a"]), IdKind.TEXT).to_list() == [None, "a"]


@settings(max_examples=300, deadline=None)
@given(st.lists(texts, max_size=6))
def test_tables_and_http_have_one_predicate(some: list[str]) -> None:
    valid = [text if ids.is_id(text) else None for text in some]
    assert [over_http(text) for text in some] == valid
    assert as_ids(pl.Series(some, dtype=pl.String), IdKind.TEXT).to_list() == valid
    assert [ids.objection(text) is None for text in some] == [one is not None for one in valid]
    for text in some:  # the schema's pattern cannot tell the normal form
        in_nfc = unicodedata.is_normalized("NFC", text)
        assert ids.is_id(text) == (in_nfc and PATTERN.fullmatch(text) is not None)


def test_the_ranges_hold_what_unicode_calls_unprintable() -> None:
    """All of it; and beyond that only what has no glyph, or no meaning yet."""
    refused = {code for first, last in ids.REFUSED for code in range(first, last + 1)}
    invisible = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, 0x16FE4, 0x1D159}
    invisible |= {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category in ("Cc", "Cf", "Cs", "Co", "Zs", "Zl", "Zp"):
            assert code in refused, hex(code)
        elif category != "Cn":
            assert (code in refused) == (code in invisible), hex(code)


@pytest.mark.parametrize("case", ["at://did:plc:abc/app.bsky.feed.post/3k", "a+b@x.org", "µser"])
def test_ids_of_the_cases_go_through_tables(tmp_path: Path, case: str) -> None:
    (tmp_path / "users.csv").write_text(f"user_id\n{case}\n2\n", encoding="utf-8")
    (tmp_path / "tweets.csv").write_text(f"tweet_id,author_id\n100,{case}\n", encoding="utf-8")
    (tmp_path / "follows.csv").write_text(
        f"follower_id,followee_id\n2,{case}\n{case},2\n", encoding="utf-8"
    )
    (tmp_path / "interactions.csv").write_text(
        f"user_id,action,tweet_id\n{case},like,100\n2,reply,100\n", encoding="utf-8"
    )
    tables = read(tmp_path)
    assert tables.users["user_id"].to_list() == [case, "2"]
    assert tables.follows.rows()[0][:2] == ("2", case)
    assert tables.interactions["user_id"].to_list() == [case, "2"]
