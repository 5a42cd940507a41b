"""What is wanted more or less of: a topic, an author, a word, a source, a form or a setting."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from app.steering.port import Catalog
from app.steering.tokens import Token
from app.steering.words import (
    ABOUT,
    ABSENT,
    ARTICLES,
    FORMS,
    FROM,
    HEADS,
    SETTINGS,
    SOURCES,
    SYNONYMS,
    THE_WORD,
    VAGUE,
    WITH,
)
from ml import text
from ml.preferences import (
    AUTHOR,
    FORM,
    LESS,
    MORE,
    NO,
    ONLY,
    SETTING,
    SOURCE,
    TOPIC,
    USE,
    WORD,
)

SAY_WHAT: Final = "say what: a topic, @somebody, a word, or a source such as 'people I follow'"
LONGEST: Final = 3  # words that are taken for a phrase without quotation marks
ALIKE: Final = 0.8  # from which on a word may be a topic that is spelled otherwise
NAMED: Final = 3  # people of one name that an answer lists


class Thing(NamedTuple):
    kind: str  # of `ml.preferences.KINDS`
    name: str
    is_open: bool = False  # any word might stand here


@dataclass(frozen=True, slots=True)
class Things:
    """Finds out what some words name."""

    catalog: Catalog
    settings: Sequence[str]  # such as `preset:seed`

    def named(self, some: Sequence[Token], verb: str) -> Thing | str:
        """What some tokens name, or what would have to be different for them to name something."""
        whole = [one for one in some if one.word not in ARTICLES]
        if (found := self._listed(whole, verb)) is not None:
            return found
        core, preposition = _core(some)
        if not core:
            return SAY_WHAT
        if verb == USE:
            return self._setting(core)
        if (found := self._listed(core, verb)) is not None:
            return found
        if len(core) > 1 and core[0].word in THE_WORD:
            return _phrase(core[1:], is_open=False)
        if any(one.is_name or one.is_tag or one.is_quoted for one in core):
            return self._marked(core, preposition)
        if preposition in WITH:
            return self._open(core, verb)
        if preposition not in FROM and (topic := self._topic(_joined(core))) is not None:
            return Thing(TOPIC, topic)
        people = self.catalog.people(_raw(core))
        if preposition in FROM or people:
            return _author(_raw(core), people)
        return self._open(core, verb)

    def _listed(self, some: Sequence[Token], verb: str) -> Thing | str | None:
        """What the lists of the grammar say about these words."""
        phrase = tuple(one.word for one in some)
        phrases = [phrase, phrase[1:]] if phrase[:1] and phrase[0] in ABOUT | FROM else [phrase]
        for one in phrases:
            if one in ABSENT:
                return ABSENT[one]
            if (verb, one) in SETTINGS:
                return Thing(SETTING, SETTINGS[verb, one])
            if one in SOURCES:
                return Thing(SOURCE, SOURCES[one])
            if one in FORMS:
                return Thing(FORM, FORMS[one])
        return None

    def _setting(self, some: Sequence[Token]) -> Thing | str:
        given = _joined([one for one in some if one.word not in ("preset", "rules", "regeln")])
        for setting in self.settings:
            if given == setting.partition(":")[2]:
                return Thing(SETTING, setting)
        return f"there is no preset {given!r}; there are {', '.join(self.settings)}"

    def _marked(self, some: Sequence[Token], preposition: str | None) -> Thing | str:
        """A single @name, #tag or quotation."""
        first = some[0]
        if len(some) > 1:
            return "put a comma between two wishes, and quotation marks around several words"
        if first.is_quoted:
            return _phrase(some, is_open=False)
        if first.is_tag:
            return Thing(TOPIC, self.catalog.topic(first.raw) or first.raw.lower())
        if preposition in ABOUT:
            return f"say 'from {first.word}' for what they write; what is about them is not known"
        return _author(first.raw, self.catalog.people(first.raw))

    def _topic(self, name: str) -> str | None:
        """The topic of this name, of another word for it, or of its singular or plural."""
        names = [name, f"{name}s", name.removesuffix("s")]
        names += sorted(other for group in SYNONYMS if name in group for other in group)
        return next((found for one in names if (found := self.catalog.topic(one))), None)

    def _open(self, some: Sequence[Token], verb: str) -> Thing | str:
        """Words that are no name of anything, and so are looked for in texts."""
        name = _joined(some)
        known = [one.word for one in some if self._topic(one.word) is not None]
        if any(one.word in VAGUE or one.word in HEADS for one in some):
            return f"{name!r} is too vague; {SAY_WHAT}"
        if len(some) > LONGEST or (known and len(some) > 1):
            return f"{name!r} is no topic and nobody's name; put it in quotes to mean the words"
        if self.catalog.is_used(name) and verb in (MORE, LESS, NO, ONLY):
            return _phrase(some)
        near = difflib.get_close_matches(
            name, [one.lower() for one in self.catalog.topics()], 1, ALIKE
        )
        if near:
            return f"there is no topic {name!r}; did you mean {near[0]!r}? Quotes mean the word"
        if verb not in (LESS, NO):
            return f"there is no topic, nobody and no tweet with the word {name!r}"
        return _phrase(some)


def _core(some: Sequence[Token]) -> tuple[Sequence[Token], str | None]:
    """What is left without articles, prepositions and words for tweets, and the preposition."""
    core, preposition = list(some), None
    while core:
        first, last = core[0].word, core[-1].word
        if first in ABOUT | FROM | WITH:
            preposition = first
        elif first not in ARTICLES | HEADS:
            if last not in HEADS:
                break
            core.pop()
            continue
        core.pop(0)
    return core, preposition


def _author(name: str, people: Sequence[str]) -> Thing | str:
    if len(people) == 1:
        return Thing(AUTHOR, people[0])
    if not people:
        return f"nobody here is called {name!r}"
    some = ", ".join(f"@{one}" for one in people[:NAMED])
    return f"{len(people)} people are called {name!r}; say which: {some}"


def _phrase(some: Sequence[Token], is_open: bool = True) -> Thing | str:
    phrase = text.phrase(" ".join(one.raw for one in some))
    return SAY_WHAT if phrase is None else Thing(WORD, phrase, is_open)


def _joined(some: Sequence[Token]) -> str:
    return " ".join(one.word for one in some)


def _raw(some: Sequence[Token]) -> str:
    return " ".join(one.raw for one in some)
