"""A small grammar of wishes: "less politics for 3 days, more from @ana, keine Spoiler"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.steering import durations
from app.steering.durations import Until
from app.steering.port import Asked, Catalog, Unclear, Understood
from app.steering.things import Thing, Things
from app.steering.tokens import Token, part_of, tokens
from app.steering.words import (
    FILLERS,
    HARD,
    LONGEST_VERB,
    NEGATIONS,
    POLITE,
    SOFT,
    SOFT_ONLY,
    THANKS,
    VERBS,
)
from ml.preferences import NO, ONLY, SETTING, USE

SAY_HOW: Final = "say how: more, less, no or only (mehr, weniger, kein, nur)"
NOT_NEGATED: Final = "it is negated twice or in a way that is not understood; say less, or no"
COMMA: Final = ","
MORE_OF_NO: Final = "mehr"  # keine Spoiler mehr


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence that may ask for one thing."""

    part: str
    words: Sequence[Token]  # of the thing
    verb: str | None
    until: Until | None  # where it says
    comes_first: bool  # "for 3 days less politics"
    joined: str  # the mark before it
    is_plain: bool  # nothing but the thing is in it
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Grammar:
    """Every part is understood or answered with what it lacks; none is guessed."""

    settings: Sequence[str] = ()  # that may be asked for, such as `preset:seed`

    def read(self, text: str, now: int, catalog: Catalog) -> Understood:
        asked: list[Asked] = []
        unclear: list[Unclear] = []
        things = Things(catalog, self.settings)
        for clause in _with_durations(_with_verbs(list(_clauses(text, now)))):
            found = clause.fault or _thing(clause, things)
            if isinstance(found, Thing) and clause.verb is not None:
                until = durations.default(now) if clause.until is None else clause.until.expires_at
                verb = USE if found.kind == SETTING else clause.verb
                asked.append(Asked(clause.part, verb, found.kind, found.name, until))
            else:
                unclear.append(Unclear(clause.part, str(found)))
        if not asked and not unclear:
            unclear.append(Unclear(text.strip(), SAY_HOW))
        return Understood(asked, unclear)


def _thing(clause: Clause, things: Things) -> Thing | str:
    if clause.verb is None:
        return SAY_HOW
    found = things.named(clause.words, clause.verb)
    inherits = clause.is_plain and clause.joined
    if isinstance(found, Thing) and found.is_open and inherits and clause.joined not in SOFT:
        return SAY_HOW  # any word might stand here, so it may be another sentence
    return found


def _clauses(text: str, now: int) -> Iterator[Clause]:
    some: list[Token] = []
    joined = ""
    for token in [*tokens(text), Token(".", ".", len(text), len(text))]:
        words = [one.word for one in some]
        if token.word not in SOFT | HARD or (*words[-1:], token.word) in VERBS:
            some.append(token)
            continue
        if not THANKS.issuperset(words):
            yield from _clause(text, some, joined, now)
            joined = token.word
        elif token.word not in SOFT and joined != "":
            joined = token.word
        some = []


def _clause(text: str, some: Sequence[Token], joined: str, now: int) -> Iterator[Clause]:
    whole = part_of(text, some)
    until = durations.find([one.word for one in some], now)
    rest = list(some) if until is None else [*some[: until.start], *some[until.end :]]
    while len(rest) > 1 and rest[-1].word in POLITE:
        rest.pop()
    begun = _without_fillers(rest)
    verb, after = _verb(begun)
    if verb == NO and len(after) > 1 and after[-1].word == MORE_OF_NO:
        after = after[:-1]
    comes_first = until is not None and verb is not None and until.start == 0
    first = Clause(whole, after, verb, until, comes_first, joined, False)
    if until is not None and until.fault is not None:
        yield replace(first, fault=until.fault)
    elif verb is None:
        is_plain = len(begun) == len(rest)
        fault = NOT_NEGATED if any(one.word in NEGATIONS for one in begun) else None
        if not is_plain or any(_verb(begun[i:])[0] for i in range(1, len(begun))):
            fault = fault or SAY_HOW
        yield replace(first, words=begun, is_plain=is_plain, fault=fault)
    elif _verb(after)[0] is not None or (after and after[0].word in NEGATIONS):
        yield replace(first, fault=NOT_NEGATED)
    elif (place := _second_verb(after)) is None:
        yield first
    elif after[place - 1].word in NEGATIONS or until is not None:
        yield replace(first, fault="these are two wishes; put a comma between them")
    else:
        begins = some.index(after[place])
        yield replace(first, part=part_of(text, some[:begins]), words=after[:place])
        yield from _clause(text, some[begins:], ".", now)


def _second_verb(after: Sequence[Token]) -> int | None:
    """Where another wish begins, without a mark before it."""
    return next((i for i in range(1, len(after)) if _verb(after[i:])[0] is not None), None)


def _verb(some: Sequence[Token]) -> tuple[str | None, Sequence[Token]]:
    """The verb with which some tokens begin, and what comes after it."""
    words = tuple(one.word for one in some)
    if words[:1] == (SOFT_ONLY,):
        verb, after = _verb(_without_fillers(some[1:]))
        return (verb, after) if verb is not None else (ONLY, _without_fillers(some[1:]))
    for length in range(min(LONGEST_VERB, len(words)), 0, -1):
        if (verb := VERBS.get(words[:length])) is not None:
            return verb, _without_fillers(some[length:])
    return None, some


def _without_fillers(some: Sequence[Token]) -> Sequence[Token]:
    place = 0
    while place < len(some) and some[place].word in FILLERS:
        place += 1
    return some[place:]


def _with_verbs(clauses: Sequence[Clause]) -> list[Clause]:
    """A clause without a verb has that of the clause before; one that says only until when is
    part of it."""
    found: list[Clause] = []
    for clause in clauses:
        before = found[-1] if found else None
        follows = clause.joined in SOFT or clause.joined == COMMA
        if before is None or clause.verb is not None or clause.fault is not None or not follows:
            found.append(replace(clause, is_plain=clause.is_plain and clause.verb is None))
        elif not clause.words and clause.until is not None and before.until is None:
            whole = f"{before.part}{'' if clause.joined == COMMA else ' '}{clause.joined} "
            found[-1] = replace(before, until=clause.until, part=f"{whole}{clause.part}")
        elif before.fault is None and clause.words:
            found.append(replace(clause, verb=before.verb))
        else:
            found.append(replace(clause, fault=SAY_HOW))
    return found


def _with_durations(clauses: Sequence[Clause]) -> list[Clause]:
    """What is part first holds for all of the sentence; what is part last, for all that it ends."""
    whole = next((one.until for one in clauses if one.comes_first), None)
    found: list[Clause] = []
    behind: Until | None = None
    for clause in reversed(clauses):
        until = clause.until or behind or whole
        found.append(replace(clause, until=until))
        ends_others = clause.joined in SOFT or (clause.joined == COMMA and clause.is_plain)
        behind = until if ends_others and until is not whole else None
    return found[::-1]
