"""What can be wrong with what we were given; each message says what, where, and what to do."""

from __future__ import annotations


class FeedError(Exception):
    """Something the reader of the message can mend."""


class DataError(FeedError):
    """The tables are not what they should be."""


class BundleError(FeedError):
    """The artifacts are missing, damaged, or made by other code."""
