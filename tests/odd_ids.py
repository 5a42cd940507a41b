"""Texts that are ids although they do not look like it, and texts that are none."""

from __future__ import annotations

IDS = [
    "at://did:plc:x/app.bsky.feed.post/y",
    "https://example.social/users/ada/statuses/1?x=1#top",
    "a+b@x.org",
    "µser",
    "\U00020000",  # CJK extension B
    "😀",
    "é",
    "a/why/b",
    "//",
    "%2F",
    "a%2Fb",
    "100%",
    "a?b#c",
    "<b>&'\"\\",
    "x" * 256,
    "{550e8400-e29b-41d4-a716-446655440000}",
]
NO_IDS = [
    "",
    "x" * 257,
    "a b",
    "a\tb",
    "a\n",
    "\u3000",  # ideographic space
    "\u00a0",
    "\u200b",
    "\u202e",  # right-to-left override
    "\u2066",
    "\ufeff",
    "\u00ad",
    "\ufe0f",
    "\u3164",  # the Hangul filler, a letter without a glyph
    "\u2800",
    "\ue000",
    "\U000e0041",  # a tag
    "e\u0301",  # é, but not in NFC
    "\u212b",  # the Ångström sign: Å in NFC
    "\x00",
]
