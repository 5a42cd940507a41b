"""A timeline as people read it, in plain text."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import Final

from pydantic import BaseModel

from app.schemas.timeline import Item, Timeline

WIDTH: Final = 88
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
    text = textwrap.wrap(item.text or "(no text)", WIDTH - 4)
    factors = "".join(f" × {name} {factor:.3f}" for name, factor in item.factors.items())
    lines = [
        *text,
        f"{'score':<11} {item.score:.3f} = {item.base_score:.3f}{factors}",
        f"{'predicted':<11} {_numbers(item.predictions)}",
        f"{'near':<11} {_numbers(item.similarities)}",
        f"{'safety':<11} {_numbers(item.safety)}",
    ]
    return "\n".join([f"{item.rank:>2}  {head}", *(f"    {line}" for line in lines)])


def _numbers(model: BaseModel) -> str:
    """Names and values, each in a cell of the same width whatever the value."""
    cells = (f"{name} {'–' if value is None else f'{value:.3f}':<6}" for name, value in model)
    return " ".join(cells).rstrip()


def _age(written: datetime | None, now: datetime) -> str:
    if written is None:
        return "some time ago"
    hours = (now - written).total_seconds() / 3600
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
