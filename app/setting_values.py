"""The forms of single settings: bounds, lists, networks, instants."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from ml.heads import NAMES as HEADS

WEIGHED: Final = (*HEADS, "similarity")  # the last is the head of the embeddings


def _clock(text: str) -> str:
    if text not in ("auto", "wall"):
        try:
            datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError("expected auto, wall, or an instant like 2026-03-01T12:00Z") from error
    return text


def _heads(weights: dict[str, float]) -> dict[str, float]:
    for name in weights:
        if name not in WEIGHED:
            raise ValueError(f"there is no head {name!r}; expected some of {', '.join(WEIGHED)}")
    return weights


def _listed(given: object) -> object:
    """Several values in one variable, with commas between them or as a JSON list."""
    if not isinstance(given, str):
        return given
    return [one for one in (part.strip(" \"'") for part in given.strip("[] ").split(",")) if one]


def _log(given: object) -> object:
    """A URL stays text: a path would have one slash of its two."""
    return given if not isinstance(given, str) or is_url(given) else Path(given)


def is_url(given: object) -> bool:
    """Whether a setting names a database or a store, and not a file."""
    return isinstance(given, str) and "://" in given


def _log_url(given: Path | str) -> Path | str:
    if is_url(given) and not str(given).startswith(("postgresql://", "postgres://")):
        raise ValueError("expected a file, or a URL like postgresql://user@host/database")
    return given


def stand_in(location: Path | str, artifacts: Path) -> Path:
    """The file that a log is, or would be beside the models: a database's name, and no host, which
    may have several names."""
    if not is_url(location):
        return Path(location)
    return artifacts / f"{urlsplit(str(location)).path.strip('/') or 'postgres'}.log"


def _networks(given: tuple[str, ...]) -> tuple[str, ...]:
    for one in given:
        try:
            ip_network(one)
        except ValueError as error:
            raise ValueError(f"expected addresses or networks like 10.0.0.0/8: {error}") from error
    return given


def _root(path: str) -> str:
    path = path.rstrip("/")
    if path and (not path.startswith("/") or not path.isascii() or not path.isprintable()):
        raise ValueError("expected a path that begins with a slash, like /feed")
    return path


Networks = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_networks)]
LogLocation = Annotated[Path | str, BeforeValidator(_log), AfterValidator(_log_url)]
Weight = Annotated[float, Field(ge=-10_000, le=10_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(gt=0, le=1)]
Hours = Annotated[float, Field(gt=0, le=100_000)]
Limit = Annotated[int, Field(ge=0, le=5_000)]
Steps = tuple[tuple[Share, Factor], ...]  # (above this probability, times this factor)
ClockSetting = Annotated[str, AfterValidator(_clock)]
HeadWeights = Annotated[dict[str, Weight], AfterValidator(_heads)]
RulePrices = dict[str, Share]  # by the name of the rule
RootPath = Annotated[str, AfterValidator(_root)]  # begins with a slash, does not end in one
