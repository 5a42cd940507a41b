"""What a page may pay for its rules, in shares of the value of its ten best rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """The most that a block of ten places pays for one of each."""

    source: float = 0.0  # a source present that would be absent
    author: float = 0.0  # a row fewer beyond an author's second
    explore: float = 0.0  # a place that is reserved, taken by the source that it is reserved for
    topic: float = 0.0  # a topic more
    share: float = 0.0  # a row fewer beyond the share of its source
