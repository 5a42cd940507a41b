"""What an interpreter understood, held to what there is: it may be a model that invents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.steering.port import Asked, Catalog, Unclear, Understood
from app.steering.words import FORMS, SOURCES
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

STEERS: Final = frozenset((MORE, LESS, NO, ONLY))


def checked(found: Understood, now: int, catalog: Catalog, settings: Sequence[str]) -> Understood:
    """The same, where each part that asks for what is not there is unclear."""
    asked: list[Asked] = []
    unclear = list(found.unclear)
    for one in found.asked:
        fault = _fault(one, now, catalog, settings)
        if fault is None:
            asked.append(one)
        else:
            unclear.append(Unclear(one.part, fault))
    return Understood(asked, unclear)


def _fault(one: Asked, now: int, catalog: Catalog, settings: Sequence[str]) -> str | None:
    if one.expires_at is not None and one.expires_at <= now:
        return "it would have ended before it begins"
    if one.kind == SETTING:
        known = one.verb == USE and one.name in settings
    else:
        known = one.verb in STEERS and _is_known(one.kind, one.name, catalog)
    return None if known else f"there is no {one.kind} {one.name!r} to see {one.verb} of"


def _is_known(kind: str, name: str, catalog: Catalog) -> bool:
    if kind == AUTHOR:
        return list(catalog.people(name)) == [name]
    if kind == WORD:
        return text.phrase(name) == name
    listed = {SOURCE: SOURCES.values(), FORM: FORMS.values()}
    return kind == TOPIC if kind not in listed else name in listed[kind]
