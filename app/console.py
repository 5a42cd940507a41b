"""A timeline as people read it, in plain text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from app.schemas.timeline import Item, Timeline

WIDTH: Final = 88
INDENT: Final = 4
LABEL: Final = 11
BAR: Final = 40


def page(timeline: Timeline) -> str:
    """The head, every tweet with its numbers, and where they came from."""
    missing = f" · without {', '.join(timeline.missing)}" if timeline.missing else ""
    head = (
        f"For {timeline.user_id} at {_when(timeline.as_of)} · {timeline.served_by} "
        f"· model {timeline.model_version}{missing}"
    )
    tweets = (_tweet(item, timeline.as_of) for item in timeline.items)
    return "\n\n".join([head, *tweets, _sources(timeline)])


def _tweet(item: Item, now: datetime) -> str:
    what = f"tweet {item.tweet_id} by {item.author_id or 'nobody known'}"
    head = " · ".join([what, _age(item.created_at, now), " + ".join(item.sources)])
    text = textwrap.wrap(item.text or "(no text)", WIDTH - INDENT)
    factors = (f"× {name} {factor:.3f}" for name, factor in item.factors.items())
    lines = [
        *text,
        *_lines("score", [f"{item.score:.3f} = {item.base_score:.3f}", *factors]),
        *_lines("predicted", _numbers(item.predictions)),
        *_lines("near", _numbers(item.similarities)),
        *_lines("safety", _numbers(item.safety)),
    ]
    return "\n".join([f"{item.rank:>2}  {head}", *(f"{' ' * INDENT}{line}" for line in lines)])


def _lines(label: str, cells: Iterable[str]) -> Iterator[str]:
    """A label and its cells, on as many lines as they take."""
    line = f"{label:<{LABEL}}"
    for cell in cells:
        if len(f"{line} {cell.rstrip()}") > WIDTH - INDENT:
            yield line.rstrip()
            line = " " * LABEL
        line += f" {cell}"
    yield line.rstrip()


def _numbers(model: BaseModel) -> Iterator[str]:
    """Names and values, each in a cell of the same width whatever the value."""
    for name, value in model:
        yield f"{name} {'–' if value is None else f'{value:.3f}':<6}"


def _age(written: datetime | None, now: datetime) -> str:
    if written is None:
        return "some time ago"
    hours = max((now - written).total_seconds() / 3600, 0)  # the clock of a world may be behind
    if hours < 1:
        return f"{hours * 60:.0f} min ago"
    return f"{hours:.0f} h ago" if hours < 48 else f"{hours / 24:.0f} days ago"


def _when(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


def _sources(timeline: Timeline) -> str:
    total = max(len(timeline.items), 1)
    rows = sorted(timeline.source_distribution.items(), key=lambda row: (-row[1], row[0]))
    return "\n".join(
        f"{name:<14} {'█' * round(BAR * count / total):<{BAR}} {count:>3}" for name, count in rows
    )
