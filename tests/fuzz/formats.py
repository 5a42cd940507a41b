"""Hooks of schemathesis: strings of the formats that the OpenAPI document names."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, timezone
from typing import Final

import schemathesis
from hypothesis import strategies as st

from ml import ids

ODD: Final = (
    "at://did:plc:x/app.bsky.feed.post/y", "https://a.example/b?c=d#e", "a/why/b", "//", "%2F",
    "a+b@x.org", "µ", "𠀀",
)  # fmt: skip
ANY_ID: Final = st.from_regex(ids.PATTERN, fullmatch=True).map(
    lambda text: unicodedata.normalize("NFC", text)
)
ZONES: Final = st.integers(-14 * 60, 14 * 60).map(lambda east: timezone(timedelta(minutes=east)))
MOMENT: Final = st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30), timezones=ZONES)

schemathesis.openapi.format("nfc", st.sampled_from(ODD) | ANY_ID.filter(ids.is_id))
schemathesis.openapi.format("date-time", MOMENT.map(datetime.isoformat))
