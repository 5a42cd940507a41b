"""What a person may want of their feed: about what, and how."""

from __future__ import annotations

from typing import Final

MORE, LESS, NO, ONLY, USE, REVOKE = "more", "less", "no", "only", "use", "revoke"
VERBS: Final = (MORE, LESS, NO, ONLY, USE, REVOKE)
"""`revoke` takes back what was wanted; `use` is of what there is one of at a time."""

TOPIC, AUTHOR, WORD, SOURCE, FORM, SETTING, PRODUCT = (
    "topic", "author", "word", "source", "form", "setting", "product"
)  # fmt: skip
KINDS: Final = (TOPIC, AUTHOR, WORD, SOURCE, FORM, SETTING, PRODUCT)
"""A `setting` is named `preset` or `rules` and its value, such as `preset:seed`; a `product` is
what answers where a request names none."""
