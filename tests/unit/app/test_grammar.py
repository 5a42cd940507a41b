"""Sentences are understood as a person would understand them, or answered with what is missing."""

from __future__ import annotations

from typing import Final

import pytest

from app.steering.grammar import Grammar
from app.steering.port import Asked, Understood

NOW: Final = 1_774_000_000  # Friday, 20 March 2026, 09:46 UTC
HOUR, DAY = 3_600, 86_400
MIDNIGHT = NOW - NOW % DAY + DAY
WEEK_END = MIDNIGHT + 2 * DAY
MONTH = NOW + 30 * DAY  # where nothing is part
TOPICS = ("politics", "football", "jazz", "music", "chess", "cinema", "books", "climate", "science",
          "startups", "fashion", "history", "Video Art", "space", "baking")  # fmt: skip
PEOPLE = {"17": "Ana", "3": "Selma Mori", "4": "Ben", "5": "ben", "a.b": "Dot"}
USED = {"gambit", "sourdough", "spin off", "goal"}


class World:
    """A few topics, people and words."""

    def topic(self, name: str) -> str | None:
        return next((one for one in TOPICS if one.lower() == name.lower()), None)

    def topics(self) -> tuple[str, ...]:
        return TOPICS

    def people(self, name: str) -> list[str]:
        if name in PEOPLE:
            return [name]
        return [id_ for id_, one in PEOPLE.items() if one.casefold() == name.casefold()]

    def is_used(self, phrase: str) -> bool:
        return phrase in USED


def read(sentence: str) -> Understood:
    settings = ("preset:seed", "preset:x-2026", "rules:varied", "rules:best")
    return Grammar(settings).read(sentence, NOW, World())


def short(one: Asked) -> str:
    return f"{one.verb} {one.kind} {one.name}"


# What is asked for, and until when where that is not the default.
Expected = list[tuple[str, int | None]]
UNDERSTOOD: Final[dict[str, Expected]] = {
    "less politics for 3 days, more from @ana, no spoilers": [
        ("less topic politics", NOW + 3 * DAY),
        ("more author 17", MONTH),
        ("no word spoilers", MONTH),
    ],
    "weniger Politik für 3 Tage, mehr von @ana, keine Spoiler": [
        ("less topic politics", NOW + 3 * DAY),
        ("more author 17", MONTH),
        ("no word spoiler", MONTH),
    ],
    "more jazz": [("more topic jazz", MONTH)],
    "MORE JAZZ!": [("more topic jazz", MONTH)],
    "mehr Jazz": [("more topic jazz", MONTH)],
    "show me more chess, please": [],
    "less politics": [("less topic politics", MONTH)],
    "fewer posts about startups": [("less topic startups", MONTH)],
    "I'd like fewer posts about startups": [("less topic startups", MONTH)],
    "not so much fashion please": [("less topic fashion", MONTH)],
    "nicht so viel Mode bitte": [("less topic fashion", MONTH)],
    "no football": [("no topic football", MONTH)],
    "no more climate until Friday": [("no topic climate", MIDNIGHT + 6 * DAY)],
    "never football again": [],
    "I don't want to see politics": [("no topic politics", MONTH)],
    "don’t show me any football": [("no topic football", MONTH)],
    "hide politics for a week": [("no topic politics", NOW + 7 * DAY)],
    "stop showing football": [("no topic football", MONTH)],
    "nothing about climate today": [("no topic climate", MIDNIGHT)],
    "ich will nichts über Klima": [("no topic climate", MONTH)],
    "ich will keine Politik": [("no topic politics", MONTH)],
    "keine Politik mehr": [("no topic politics", MONTH)],
    "bitte keine Politik mehr sehen": [("no topic politics", MONTH)],
    "eine Woche lang keine Politik": [("no topic politics", NOW + 7 * DAY)],
    "ohne Fußball": [("no topic football", MONTH)],
    "only jazz": [("only topic jazz", MONTH)],
    "just jazz": [("only topic jazz", MONTH)],
    "only show me books": [("only topic books", MONTH)],
    "show me only books": [("only topic books", MONTH)],
    "nothing but chess tonight": [("only topic chess", MIDNIGHT)],
    "only jazz and music today": [("only topic jazz", MIDNIGHT), ("only topic music", MIDNIGHT)],
    "nur Jazz und Musik heute": [("only topic jazz", MIDNIGHT), ("only topic music", MIDNIGHT)],
    "nichts außer Schach": [("only topic chess", MONTH)],
    "mehr Schach, Kino und Bücher für eine Woche": [
        ("more topic chess", NOW + 7 * DAY),
        ("more topic cinema", NOW + 7 * DAY),
        ("more topic books", NOW + 7 * DAY),
    ],
    "for the next 2 weeks less politics and more science": [
        ("less topic politics", NOW + 14 * DAY),
        ("more topic science", NOW + 14 * DAY),
    ],
    "less politics and more science for 5 days": [
        ("less topic politics", NOW + 5 * DAY),
        ("more topic science", NOW + 5 * DAY),
    ],
    "less politics for 3 days and more jazz": [
        ("less topic politics", NOW + 3 * DAY),
        ("more topic jazz", MONTH),
    ],
    "less politics, for 3 days": [("less topic politics", NOW + 3 * DAY)],
    "less politics; more jazz": [("less topic politics", MONTH), ("more topic jazz", MONTH)],
    "more music without politics": [("more topic music", MONTH), ("no topic politics", MONTH)],
    "more politics less football": [("more topic politics", MONTH), ("less topic football", MONTH)],
    "less politics but more history": [],
    "I just want less politics": [("less topic politics", MONTH)],
    "less politics this week": [("less topic politics", WEEK_END)],
    "weniger Politik bis Montag": [("less topic politics", MIDNIGHT + 2 * DAY)],
    "weniger Politik bis morgen": [("less topic politics", MIDNIGHT)],
    "weniger Politik 12 Stunden lang": [("less topic politics", NOW + 12 * HOUR)],
    "less politics for two months": [("less topic politics", NOW + 60 * DAY)],
    "less politics for a couple of days": [("less topic politics", NOW + 2 * DAY)],
    "more politics forever": [("more topic politics", None)],
    "für immer mehr Schach": [("more topic chess", None)],
    "more movies": [("more topic cinema", MONTH)],
    "mehr Filme": [("more topic cinema", MONTH)],
    "more video art": [("more topic Video Art", MONTH)],
    "more from people I follow": [("more source InNetwork", MONTH)],
    "only people I follow": [("only source InNetwork", MONTH)],
    "no strangers this week": [("no source Strangers", WEEK_END)],
    "weniger von Fremden": [("less source Strangers", MONTH)],
    "less trending": [("less source Popular", MONTH)],
    "more new topics": [("more source Explore", MONTH)],
    "more Selma Mori": [("more author 3", MONTH)],
    "mehr von Selma Mori": [("more author 3", MONTH)],
    'less from @"selma mori"': [("less author 3", MONTH)],
    "no @17 and @3": [("no author 17", MONTH), ("no author 3", MONTH)],
    "more from @a.b.": [("more author a.b", MONTH)],
    'no "game of thrones"': [("no word game of thrones", MONTH)],
    "kein „Spoiler“": [("no word spoiler", MONTH)],
    "less of the word gambit": [("less word gambit", MONTH)],
    "more sourdough": [("more word sourdough", MONTH)],
    "no spoilers and leaks": [("no word spoilers", MONTH), ("no word leaks", MONTH)],
    "no #gambit": [("no topic gambit", MONTH)],
    "no replies": [("no form replies", MONTH)],
    "keine Bilder": [("no form media", MONTH)],
    "fewer links for 90 minutes": [("less form links", NOW + 90 * 60)],
    "more variety": [("use setting rules:varied", MONTH)],
    "mehr Abwechslung heute": [("use setting rules:varied", MIDNIGHT)],
    "less variety": [("use setting rules:best", MONTH)],
    "use x-2026": [("use setting preset:x-2026", MONTH)],
    "nimm seed für 2 Tage": [("use setting preset:seed", NOW + 2 * DAY)],
}
UNDERSTOOD["show me more chess, please"] = [("more topic chess", MONTH)]
UNDERSTOOD["never football again"] = [("no topic football", MONTH)]
UNDERSTOOD["less politics but more history"] = [
    ("less topic politics", MONTH),
    ("more topic history", MONTH),
]

MISSING: Final = {  # and a part of the answer
    "hello": "say how",
    "what is the weather": "say how",
    "asdf qwer": "say how",
    "purple monkey dishwasher": "say how",
    "@ana": "say how",
    "politics": "say how",
    "for 3 days": "say how",
    "I love politics": "say how",
    "less": "say what",
    "mehr": "say what",
    "only": "say what",
    "no more": "say what",
    "less posts": "say what",
    "more of everything": "too vague",
    "no better content": "too vague",
    "more jazz than politics": "too vague",
    "less politics for 3 blargs": "expected minutes",
    "less politics for days": "needs a number",
    "less politics for 0 days": "more than nothing",
    "less politics for 900000 years": "at most 5 years",
    "less politics tomorrow": "begins later",
    "less politics until the election": "day of the week",
    "more tips for beginners": "needs a number",
    "more poltics": "did you mean 'politics'",
    "more qwerty": "no tweet with the word",
    "only flurbs": "no tweet with the word",
    "more from @nobody": "nobody here is called",
    "more from Ben": "@4, @5",
    "more about @ana": "say 'from",
    "not only politics": "negated",
    "no less politics": "negated",
    "I don't want more politics": "negated",
    "nicht weniger Politik": "negated",
    "ich will Politik nicht mehr sehen": "negated",
    "never mind politics": "in quotes",
    "more more more": "negated",
    "no videos": "say media",
    "no ads": "no advertisements",
    "use twitter-1999": "there is no preset",
    "!!!": "say how",
    "“": "say how",
}


@pytest.mark.parametrize("sentence", UNDERSTOOD)
def test_it_is_understood_as_a_person_would(sentence: str) -> None:
    found = read(sentence)
    assert [(short(one), one.expires_at) for one in found.asked] == UNDERSTOOD[sentence]
    assert found.unclear == []
    assert all(one.part in sentence for one in found.asked)


@pytest.mark.parametrize("sentence", MISSING)
def test_nonsense_is_answered_with_what_is_missing(sentence: str) -> None:
    found = read(sentence)
    assert found.asked == []
    assert found.unclear
    assert any(MISSING[sentence] in one.missing for one in found.unclear), found.unclear


def test_there_are_enough_of_both() -> None:
    assert len(UNDERSTOOD) >= 60
    assert len(MISSING) >= 20


@pytest.mark.parametrize(
    ("sentence", "asked", "unclear"),
    [
        ("less politics, I love football", ["less topic politics"], ["I love football"]),
        ("less politics, xyz", ["less topic politics"], ["xyz"]),
        ("less politics and more qwerty", ["less topic politics"], ["more qwerty"]),
        ("no videos, no football", ["no topic football"], ["no videos"]),
        ("more jazz. And you?", ["more topic jazz"], ["you"]),
        ("hello, less politics", ["less topic politics"], ["hello"]),
    ],
)
def test_what_is_not_understood_is_never_guessed(
    sentence: str, asked: list[str], unclear: list[str]
) -> None:
    found = read(sentence)
    assert [short(one) for one in found.asked] == asked
    assert [one.part for one in found.unclear] == unclear


@pytest.mark.parametrize("sentence", [*UNDERSTOOD, *MISSING])
def test_words_in_another_order_of_clauses_mean_the_same(sentence: str) -> None:
    """Each of two sentences is read as it is alone."""
    both = read(f"{sentence}. no football")
    alone = read(sentence)
    last = both.asked[-1] if both.asked else None
    assert last is not None
    assert short(last) == "no topic football"
    assert [short(one) for one in both.asked[:-1]] == [short(one) for one in alone.asked]
