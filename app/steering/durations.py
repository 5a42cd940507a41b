"""Until when: "for 3 days", "until Friday", "heute", "eine Woche lang"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

DEFAULT_DAYS: Final = 30  # where nothing is part of it
LONGEST_DAYS: Final = 5 * 365
HOUR, DAY, WEEK = 3_600, 86_400, 7 * 86_400
UNITS: Final = {
    name: seconds
    for seconds, names in {
        60: "minute minutes min minuten",
        HOUR: "hour hours h stunde stunden",
        DAY: "day days tag tage tagen",
        WEEK: "week weeks woche wochen",
        30 * DAY: "month months monat monate monaten",
        365 * DAY: "year years jahr jahre jahren",
    }.items()
    for name in names.split()
}
NUMBERS: Final = {
    **{
        name: value
        for value, names in enumerate(
            ("a an one ein eine einen einem einer eins", "two zwei couple",
             "three drei", "four vier", "five fünf", "six sechs", "seven sieben", "eight acht",
             "nine neun", "ten zehn", "eleven elf", "twelve zwölf"), start=1,
        )
        for name in names.split()
    },
}  # fmt: skip
WEEKDAYS: Final = {
    name: day
    for day, names in enumerate(
        ("monday montag", "tuesday dienstag", "wednesday mittwoch", "thursday donnerstag",
         "friday freitag", "saturday samstag sonnabend", "sunday sonntag")
    )
    for name in names.split()
}  # fmt: skip
FOR: Final = ("for", "für", "during", "während")
UNTIL: Final = ("until", "till", "bis", "til")
NEXT: Final = frozenset(("the", "next", "die", "den", "nächsten", "nächste", "coming", "of"))
FOREVER: Final = (("forever",), ("always",), ("for", "ever"), ("für", "immer"), ("immer",))
OF_TODAY: Final = (("today",), ("tonight",), ("for", "today"), ("heute",), ("für", "heute"),
                   ("until", "tomorrow"), ("bis", "morgen"), ("heute", "abend"))  # fmt: skip
OF_WEEK: Final = (("this", "week"), ("diese", "woche"), ("for", "this", "week"))
LATER: Final = (("tomorrow",), ("next", "week"), ("nächste", "woche"), ("weekend",),
                ("wochenende",), ("at", "night"), ("mornings",), ("morgens",))  # fmt: skip
NUMBER: Final = re.compile(r"\d{1,6}")


class Until(NamedTuple):
    """The part of a sentence that says until when."""

    start: int  # of its words
    end: int
    expires_at: int | None  # None where it never does
    fault: str | None = None  # what is wrong with it


def default(now: int) -> int:
    """When it ends, where nothing is part of it."""
    return now + DEFAULT_DAYS * DAY


def find(words: Sequence[str], now: int) -> Until | None:
    """The first duration among some words."""
    for start in range(len(words)):
        if (found := _at(words, start, now)) is not None:
            return found
    return None


def _at(words: Sequence[str], start: int, now: int) -> Until | None:
    for phrases, until in ((FOREVER, None), (OF_TODAY, _midnight(now)), (OF_WEEK, _sunday(now))):
        for phrase in sorted(phrases, key=len, reverse=True):
            if tuple(words[start : start + len(phrase)]) == phrase:
                return Until(start, start + len(phrase), until)
    for phrase in LATER:
        if tuple(words[start : start + len(phrase)]) == phrase:
            fault = f"{' '.join(phrase)!r} begins later; say until when, as in 'for 3 days'"
            return Until(start, start + len(phrase), None, fault)
    if words[start] in UNTIL:
        return _until_weekday(words, start, now)
    return _span(words, start, now)


def _until_weekday(words: Sequence[str], start: int, now: int) -> Until:
    name = words[start + 1] if start + 1 < len(words) else ""
    if name not in WEEKDAYS:
        fault = f"{words[start]!r} needs a day of the week, or 'tomorrow'"
        return Until(start, len(words), None, fault)
    ahead = (WEEKDAYS[name] - _day(now).weekday() - 1) % 7 + 1
    return Until(start, start + 2, _seconds(_day(now) + timedelta(days=ahead)))


def _span(words: Sequence[str], start: int, now: int) -> Until | None:
    """`for the next 3 days`, `3 days`, `eine Woche lang`; None where it is none of these."""
    place, is_named = start, words[start] in FOR
    place += is_named
    while is_named and place < len(words) and words[place] in NEXT:
        place += 1
    if place < len(words) and (unit := UNITS.get(words[place])) and is_named and place > start + 1:
        return _long_enough(start, place + 1, 1, unit, now)  # for the next week
    if place >= len(words) or (count := _number(words[place])) is None:
        if is_named:
            fault = f"{words[start]!r} needs a number and a unit, as in 'for 3 days'"
            return Until(start, len(words), None, fault)
        return None
    place += 1
    if words[place - 1] == "a" and words[place : place + 1] == ["couple"]:
        count, place = 2, place + 1
    if words[place : place + 1] == ["of"]:
        place += 1
    unit = UNITS.get(words[place]) if place < len(words) else None
    if unit is None:
        if not is_named and not NUMBER.fullmatch(words[place - 1]):
            return None
        given = repr(words[place]) if place < len(words) else "nothing"
        fault = f"expected minutes, hours, days, weeks or months, got {given}"
        return Until(start, min(place + 1, len(words)), None, fault)
    end = place + 1
    end += words[end : end + 1] in (["lang"], ["long"])
    return _long_enough(start, end, count, unit, now)


def _long_enough(start: int, end: int, count: int, unit: int, now: int) -> Until:
    seconds = count * unit
    if not 0 < seconds <= LONGEST_DAYS * DAY:
        fault = f"expected more than nothing and at most {LONGEST_DAYS // 365} years"
        return Until(start, end, None, fault)
    return Until(start, end, now + seconds)


def _number(word: str) -> int | None:
    return int(word) if NUMBER.fullmatch(word) else NUMBERS.get(word)


def _day(now: int) -> datetime:
    moment = datetime.fromtimestamp(now, UTC)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _midnight(now: int) -> int:
    return _seconds(_day(now) + timedelta(days=1))


def _sunday(now: int) -> int:
    """The end of the week."""
    return _seconds(_day(now) + timedelta(days=7 - _day(now).weekday()))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
