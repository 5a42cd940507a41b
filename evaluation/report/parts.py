"""What pages are put together from."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from evaluation.report.style import STYLE
from evaluation.report.svg import Bar

Json = dict[str, Any]


def lines(header: list[str], rows: Iterable[list[str]], *, text: bool = False) -> str:
    """A table that scrolls by itself where it is too wide."""
    kind = " class='text'" if text else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<div class='wide'><table><tr>{head}</tr>{body}</table></div>"


def plate(plot: str, caption: str) -> str:
    """A plot and what it shows."""
    return f"<figure>{plot}<figcaption>{escape(caption)}</figcaption></figure>"


def interval(figure: Json | None) -> str:
    """A figure as people read it."""
    if not figure or figure["value"] is None:
        return "–"
    share = f" · {figure['share']:.0%}" if figure.get("share") is not None else ""
    if figure["low"] is None:
        return f"{figure['value']:.4g}{share}"
    return f"{figure['value']:.4g} [{figure['low']:.4g}, {figure['high']:.4g}]{share}"


def bar(label: str, figure: Json, *, strong: bool = False) -> Bar:
    """A figure as one row of a chart."""
    return Bar(label, figure["value"] or 0.0, figure["low"], figure["high"], strong)


def shell(title: str, body: str) -> str:
    """A whole page that needs nothing else."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )
