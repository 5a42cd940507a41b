"""Signed cursors: the place of a reader in a feed that was made before."""

from __future__ import annotations

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NamedTuple

from app.errors import ExpiredCursorError, ForgedCursorError

CURSOR_SECONDS: Final = 30 * 60  # for which a cursor leads on
VERSION: Final = 2
HEAD: Final = struct.Struct(">BIq")  # version, position, expires
MAC_BYTES: Final = 16
PURPOSE: Final = b"cursor\0"  # the key may sign other things too
MAX_CHARACTERS: Final = 1_000  # ours have at most 210, request ids being short
REMEDY: Final = "ask for the first page again"


class Cursor(NamedTuple):
    """The next row, from 0, of what was stored for a request."""

    request_id: str
    position: int
    expires: int  # unix seconds, from which on it is of no use


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs and verifies cursors; any worker that has the key can, also after a restart."""

    key: bytes

    def seal(self, cursor: Cursor) -> str:
        """The signed cursor, in characters that a URL may contain as they are."""
        head = HEAD.pack(VERSION, cursor.position, cursor.expires)
        payload = head + cursor.request_id.encode()
        return _letters(payload + self._mac(payload))

    def open(self, text: str, now: int) -> Cursor:
        """The cursor that was signed.

        Raises:
            ForgedCursorError: we never wrote this.
            ExpiredCursorError: we did, too long ago.
        """
        sealed = _bytes(text)
        payload, mac = sealed[:-MAC_BYTES], sealed[-MAC_BYTES:]
        if len(payload) < HEAD.size or not hmac.compare_digest(mac, self._mac(payload)):
            raise ForgedCursorError(
                f"expected a next_cursor as this service gave it, got something else; {REMEDY}"
            )
        version, position, expires = HEAD.unpack_from(payload)
        if version != VERSION:
            raise ForgedCursorError(
                f"this cursor is of version {version}, expected {VERSION}; {REMEDY}"
            )
        if now >= expires:
            raise ExpiredCursorError(f"this cursor expired {now - expires} s ago; {REMEDY}")
        return Cursor(payload[HEAD.size :].decode(), position, expires)

    def _mac(self, payload: bytes) -> bytes:
        return blake2b(PURPOSE + payload, key=self.key, digest_size=MAC_BYTES).digest()


def _letters(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """The decoded bytes; none where `seal` would write other characters. Base64 has spare bits, and
    Python's decoder skips characters that are no base64."""
    if len(text) > MAX_CHARACTERS:
        return b""
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
    return sealed if _letters(sealed) == text else b""
