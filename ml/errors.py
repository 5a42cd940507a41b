"""What can be wrong with what we were given; each message says what, where, and what to do."""

from __future__ import annotations


class FeedError(Exception):
    """Something the reader of the message can mend."""


class DataError(FeedError):
    """The tables are not what they should be."""


class BundleError(FeedError):
    """The artifacts are missing, damaged, or made by other code."""


class TrainingError(FeedError):
    """Training cannot go on, for a reason that is not in the data."""


class LogError(FeedError):
    """The event log cannot be opened, read or written."""


class DiskFullError(LogError):
    """There is no room to write the event log."""


class LogAwayError(LogError):
    """The server of the event log cannot be reached at the moment."""


class LogFullError(LogError):
    """More waits to be written than is allowed to; ask again shortly."""
