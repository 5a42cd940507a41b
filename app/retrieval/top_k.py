"""The best rows, without sorting the rest."""

from __future__ import annotations

from app.retrieval.sort_keys import Keys


def top_k(keys: Keys, count: int) -> Keys:
    """The `count` best of these sort keys, best first; all of them where there are fewer.

    The given ones are reordered.
    """
    if count < len(keys):
        keys.partition(count)
        keys = keys[:count]
    keys.sort()
    return keys
