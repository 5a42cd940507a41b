"""What pages are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from evaluation.report.numbers import Json
from evaluation.report.plots import Bar, bars
from evaluation.report.style import STYLE


def lines(header: list[str], rows: Iterable[list[str]], *, text: bool = False) -> str:
    """A table that scrolls by itself where it is too wide."""
    kind = " class='text'" if text else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<div class='wide'><table><tr>{head}</tr>{body}</table></div>"


def plate(plot: str, caption: str = "") -> str:
    """A plot and what it shows, where its axes do not say that."""
    return f"<figure>{plot}<figcaption>{escape(caption)}</figcaption></figure>"


def ranking(policies: Mapping[str, Json], metric: str, strong: str, form: str = ".3f") -> str:
    """A plot of all policies by one figure, best first."""
    known = [(name, by[metric]) for name, by in policies.items() if by[metric]["value"] is not None]
    known.sort(key=lambda pair: -pair[1]["value"])
    rows = [bar(name, figure, strong=name == strong) for name, figure in known]
    return plate(bars(metric, rows, metric, form))


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
    return Bar(label, figure["value"], figure["low"], figure["high"], strong)


def shell(title: str, body: str) -> str:
    """A whole page that needs nothing else."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def grid(groups: Mapping[str, Json], *, across: bool = True) -> str:
    """A table of groups across, or down, and their figures; nothing where there are none."""
    names = list(next(iter(groups.values()), ()))
    cells = [[interval(by.get(name)) for name in names] for by in groups.values()]
    head, side = (list(groups), names) if across else (names, list(groups))
    body = zip(*cells, strict=True) if across else cells
    rows = [[name, *row] for name, row in zip(side, body, strict=True)]
    return lines(["", *head], rows) if rows else ""


def section(title: str, body: str) -> str:
    """A heading and what stands under it; nothing where there is nothing."""
    return f"<h2>{title}</h2>{body}" if body else ""


def bullets(items: Iterable[str]) -> str:
    """A list of lines; nothing where there are none."""
    listed = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{listed}</ul>" if listed else ""
