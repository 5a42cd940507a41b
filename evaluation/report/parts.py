"""What pages are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from evaluation.report.numbers import Json
from evaluation.report.style import STYLE
from evaluation.report.svg import Bar


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


def grid(groups: Mapping[str, Json]) -> str:
    """A table of figures down and groups across."""
    names = list(next(iter(groups.values())))
    rows = [[name, *(interval(by[name]) for by in groups.values())] for name in names]
    return lines(["", *groups], rows)


def section(title: str, body: str) -> str:
    """A heading and what stands under it; nothing where there is nothing."""
    return f"<h2>{title}</h2>{body}" if body else ""


def bullets(items: Iterable[str]) -> str:
    """A list of lines; nothing where there are none."""
    listed = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{listed}</ul>" if listed else ""
