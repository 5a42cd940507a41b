"""The stored form of a record: bodies of served pages are deflated, and every row has a checksum.

What only a later page needs of a served page (its pool) is stored apart, as
`details`, so that it can be dropped when the cursor has expired and the record is small from then
on.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import orjson

from ml.event_log.bodies import FOR_LATER_PAGES, json_of
from ml.event_log.record import Entry, Kind, Record

WINDOW: Final = -12  # raw deflate, 4 KiB of history
LARGEST_WINDOW: Final = -15  # that older versions wrote with
LEVEL: Final = 6
MEMORY: Final = 5  # of zlib, 1-9: bodies are small
# What bodies of served pages have in common, the most frequent last (RFC 1950, section 2.2).
COMMON: Final = (
    b'heuristicdiscoverynewcomerfallbackfollowing{"user_id":"","shown":["","request_id":"",'
    b'"product":"for_you","served_by":"for_you","offered":[],"start":0,"bundle":"",'
    b'"settings":"","impressions":true}0123456789","'
)
DEFLATED: Final = frozenset({Kind.SERVED, Kind.SHOWN})
KINDS: Final = {str(kind): kind for kind in Kind}
CHAIN_BYTES: Final = 16
NO_IDS: Final = bytes(8)  # of an empty log
Body = str | bytes  # JSON, or deflated JSON

_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_parsed: Callable[[str], Mapping[str, Any]] = json.JSONDecoder().decode


class Encoded(NamedTuple):
    """An entry as its row will hold it."""

    event_id: str
    kind: str
    at: int
    user: str | None
    body: Body
    details: bytes | None  # of a served page until its cursor expires


def encode(entry: Entry) -> Encoded:
    """The stored form of an entry.

    Raises:
        ValueError: its body is not JSON.
    """
    kind = str(entry.kind)
    if entry.kind not in DEFLATED:
        text = _json(json_of(entry))
        return Encoded(entry.event_id, kind, entry.at, entry.user, text, None)
    body = dict(json_of(entry))
    details: dict[str, object] = {name: body.pop(name) for name in FOR_LATER_PAGES if name in body}
    common = _common(entry.event_id, entry.user)
    return Encoded(
        entry.event_id,
        kind,
        entry.at,
        entry.user,
        _deflated(body, LEVEL, common),
        # They are dropped in half an hour: to make them smaller would cost more time than the rest.
        _deflated(details, zlib.Z_NO_COMPRESSION) if entry.kind == Kind.SERVED else None,
    )


def decode(offset: int, row: Encoded) -> Record:
    """The record that a row holds; its checksums have been compared before."""
    if isinstance(row.body, str):
        body = _parsed(row.body)
    else:
        body = _inflated(row.body, _common(row.event_id, row.user))
    if row.details is not None:
        body = {**body, **_inflated(row.details)}
    return Record(offset, Entry(row.event_id, KINDS[row.kind], row.at, row.user, body))


@dataclass(frozen=True, slots=True)
class Checksums:
    """Keyed with the secret of the log, so that a changed secret is noticed as well."""

    secret: bytes

    def of_id(self, event_id: str) -> bytes:
        """16 bytes, under which an id stays taken when its entry is gone."""
        return blake2b(event_id.encode(), digest_size=16, key=self.secret).digest()

    def of_row(self, offset: int, row: Encoded) -> bytes:
        """8 bytes of a record as it is now, without its details."""
        head = f"{offset}\0{row.kind}\0{row.at}\0{row.user!r}\0{row.event_id}\0"
        return self._of(head, row.body)

    def of_details(self, offset: int, details: Body) -> bytes:
        """8 bytes of the details of a served page."""
        return self._of(f"{offset}\0details\0", details)

    def extended(self, chain: bytes, appended: Sequence[bytes]) -> bytes:
        """The running digest after a batch, from the one before it and the batch's checksums."""
        digest = blake2b(chain, digest_size=CHAIN_BYTES, key=self.secret)
        for checksum in appended:
            digest.update(checksum)
        return digest.digest()

    def _of(self, head: str, body: Body) -> bytes:
        digest = blake2b(head.encode("utf-8", "surrogatepass"), digest_size=8, key=self.secret)
        digest.update(body if isinstance(body, bytes) else str(body).encode())
        return digest.digest()


def with_ids(ids: bytes, digests: Sequence[bytes]) -> bytes:
    """The exclusive or of the first 8 bytes of all digests of ids: it grows with the log, and one
    digest that has changed on disk changes it."""
    total = int.from_bytes(ids, "big")
    for digest in digests:
        total ^= int.from_bytes(digest[:8], "big")
    return total.to_bytes(8, "big")


def _common(event_id: str, user: str | None) -> bytes:
    return COMMON + f"{event_id}{user}".encode("utf-8", "surrogatepass")


def _deflated(body: Mapping[str, Any], level: int, common: bytes = b"") -> bytes:
    try:
        text = orjson.dumps(body)
    except TypeError as error:
        raise ValueError(f"the body of a served page is no JSON: {error}") from error
    deflate = zlib.compressobj(level, zlib.DEFLATED, WINDOW, MEMORY, zdict=common)
    return deflate.compress(text) + deflate.flush()


def _inflated(body: bytes, common: bytes = b"") -> Mapping[str, Any]:
    inflate = zlib.decompressobj(LARGEST_WINDOW, zdict=common)
    parsed: Mapping[str, Any] = orjson.loads(inflate.decompress(body) + inflate.flush())
    return parsed
