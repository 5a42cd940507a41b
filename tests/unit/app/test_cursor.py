"""A cursor says what it said when it was sealed, or says why not."""

from __future__ import annotations

import string
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadCursorError, ExpiredCursorError, ForgedCursorError
from app.serving.cursor import MAC_BYTES, MAX_CHARACTERS, PURPOSE, Cursor, Signer, _bytes, _letters

NOW = 1_700_000_000
KEY = bytes(range(32))
SIGNER = Signer(KEY)
LETTERS = string.ascii_letters + string.digits + "-_"

request_ids = st.text(LETTERS + ".:@", min_size=1, max_size=128)
cursors = st.builds(Cursor, request_ids, st.integers(0, 2**32 - 1), st.integers(NOW + 1, 2**63 - 1))


@given(cursors)
def test_what_is_sealed_is_opened_by_whoever_has_the_key(cursor: Cursor) -> None:
    text = SIGNER.seal(cursor)
    assert set(text) <= set(LETTERS)
    assert len(text) <= 210 < MAX_CHARACTERS
    assert Signer(KEY).open(text, NOW) == cursor
    with pytest.raises(ForgedCursorError):
        Signer(bytes(32)).open(text, NOW)


@given(cursors, st.data())
def test_any_changed_character_is_refused(cursor: Cursor, data: st.DataObject) -> None:
    text = SIGNER.seal(cursor)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(LETTERS + "=+/ \n") | st.characters())
    changed = text[:place] + other + text[place + 1 :]
    if changed != text:
        with pytest.raises(ForgedCursorError, match="ask for the first page again"):
            SIGNER.open(changed, NOW)


def test_every_other_last_letter_is_refused() -> None:
    """Base64 leaves some of its bits unused."""
    for length in (1, 2, 3):
        text = SIGNER.seal(Cursor("x" * length, 10, NOW + 1))
        for letter in set(LETTERS) - {text[-1]}:
            with pytest.raises(ForgedCursorError):
                SIGNER.open(text[:-1] + letter, NOW)


@given(cursors, st.text(LETTERS + "=\n ", min_size=1, max_size=5), st.integers(1, 60))
def test_what_is_longer_or_shorter_is_refused(cursor: Cursor, more: str, less: int) -> None:
    text = SIGNER.seal(cursor)
    for changed in (text + more, more + text, text[:-less], text[less:]):
        with pytest.raises(ForgedCursorError):
            SIGNER.open(changed, NOW)


@given(st.text() | st.just("A" * 10**6))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadCursorError):
        SIGNER.open(text, NOW)


@pytest.mark.parametrize("after", [0, 1, 90])
def test_it_is_of_use_until_it_expires(after: int) -> None:
    text = SIGNER.seal(Cursor("r", 10, NOW))
    assert SIGNER.open(text, NOW - 1).position == 10
    with pytest.raises(ExpiredCursorError, match=f"expired {after} s ago; ask for the first page"):
        SIGNER.open(text, NOW + after)


def test_a_forged_expiry_is_forged_and_not_expired() -> None:
    cursor = Cursor("r", 10, NOW - 1)
    ours, theirs = SIGNER.seal(cursor), Signer(b"theirs").seal(cursor._replace(expires=NOW + 9))
    forged = _letters(_bytes(theirs)[:-MAC_BYTES] + _bytes(ours)[-MAC_BYTES:])
    with pytest.raises(ForgedCursorError):
        SIGNER.open(forged, NOW)


def test_a_cursor_of_other_code_says_so() -> None:
    payload = b"\x03" + _bytes(SIGNER.seal(Cursor("r", 10, NOW + 9)))[1:-MAC_BYTES]
    mac = blake2b(PURPOSE + payload, key=KEY, digest_size=MAC_BYTES).digest()
    with pytest.raises(ForgedCursorError, match="of version 3, expected 2; ask for the first page"):
        SIGNER.open(_letters(payload + mac), NOW)


def test_bad_cursors_are_the_callers_to_mend() -> None:
    assert {ForgedCursorError.status, ExpiredCursorError.status} == {400}
    assert ForgedCursorError.slug != ExpiredCursorError.slug
