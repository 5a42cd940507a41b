"""Text that can be repeated in an answer, whatever a client sent."""

from __future__ import annotations


def encodable(text: str) -> str:
    """The text with each half of a surrogate pair, which UTF-8 cannot encode, as an escape."""
    return text.encode("utf-8", "backslashreplace").decode()
