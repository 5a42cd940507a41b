"""The port between a sentence and what it asks for; a language model may stand behind it as well as
the grammar that is here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Asked(NamedTuple):
    """Something that a sentence asks for."""

    part: str  # the part of the sentence
    verb: str  # of `ml.preferences.VERBS`
    kind: str  # of `ml.preferences.KINDS`
    name: str
    expires_at: int | None  # unix seconds; None where it is to hold until it is revoked


class Unclear(NamedTuple):
    """A part of a sentence that asks for nothing that is understood."""

    part: str
    missing: str  # what it would need


class Understood(NamedTuple):
    """A sentence, part by part: each is in one of the two."""

    asked: Sequence[Asked]
    unclear: Sequence[Unclear]


class Catalog(Protocol):
    """What there is to ask for."""

    def topic(self, name: str) -> str | None:
        """The topic of this name, case aside, as tweets have it."""
        ...

    def topics(self) -> Sequence[str]:
        """All of them."""
        ...

    def people(self, name: str) -> Sequence[str]:
        """The ids of the people who have this id, or this name, case aside."""
        ...

    def is_used(self, phrase: str) -> bool:
        """Whether any tweet holds it."""
        ...


class Interpreter(Protocol):
    """What does a sentence ask for at a moment?"""

    def read(self, text: str, now: int, catalog: Catalog) -> Understood: ...
