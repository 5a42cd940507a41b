"""Plots as SVG: axes with their units, intervals as lines, in the colours of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from ml.errors import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REMEDY: Final = "matplotlib draws the plots; pip install 'foryou[evaluation]'"
COLOURS: Final = {  # drawn with, and what stands for each in the page: light, and dark
    "#010101": ("ink", "#1a1f26", "#e7ebf0"),
    "#020202": ("soft", "#5b6672", "#9aa7b4"),
    "#030303": ("strong", "#0b6bcb", "#58a6ff"),
    "#040404": ("bar", "#a9bccf", "#49596a"),
}
INK, SOFT, STRONG, BAR = COLOURS
LOOKS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "foryou",  # the same plot is the same bytes
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
}
NO_DATE: Final = dict.fromkeys(["Date", "Creator", "Format", "Type"])


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart; `low` and `high` are its interval. Without a value it has no bar."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    strong: bool = False  # the one that the chart is about


def bars(title: str, rows: Sequence[Bar], unit: str, form: str = ".3f") -> str:
    """Horizontal bars from zero, each with its number and its interval."""

    def draw(axes: Axes) -> None:
        for place, row in enumerate(rows):
            number = "–" if row.value is None else f"{row.value:{form}}"
            axes.barh(place, row.value or 0, 0.65, color=STRONG if row.strong else BAR)
            axes.annotate(number, (1.01, place), xycoords=("axes fraction", "data"), va="center")
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [place, place], color=INK, linewidth=1.2)
        axes.set(yticks=range(len(rows)), yticklabels=[row.label for row in rows], xlabel=unit)
        axes.axvline(0, color=SOFT, linewidth=0.8)
        axes.invert_yaxis()

    return _svg(title, 6.6, 0.55 + 0.24 * len(rows), draw)


def curve(title: str, predicted: Sequence[float], observed: Sequence[Bar]) -> str:
    """Predicted against observed rates with intervals; the diagonal is the truth."""

    def draw(axes: Axes) -> None:
        for at, row in zip(predicted, observed, strict=True):
            if row.value is not None:
                axes.plot(at, row.value, "o", color=STRONG, markersize=4)
                axes.plot([at, at], [row.low or 0, row.high or 0], color=INK, linewidth=1.2)
        axes.axline((0, 0), slope=1, color=SOFT, linewidth=0.8)
        axes.set(xlabel="predicted", ylabel="observed")

    return _svg(title, 2.6, 2.4, draw)


def lines(
    title: str,
    series: Mapping[str, Sequence[float]],
    across: str,
    up: str,
    at: Sequence[float] | None = None,
) -> str:
    """One line each, with a mark at every value: the only one there is can be seen, too.

    Args:
        across, up: what the axes measure, with their units.
        at: where the values stand; steps from 1, if left out.
    """
    steps = range(1, max(map(len, series.values()), default=1) + 1)

    def draw(axes: Axes) -> None:
        for name, values in series.items():
            axes.plot((at or steps)[: len(values)], values, marker="o", markersize=3, label=name)
        axes.set(xlabel=across, ylabel=up, ylim=(min(0.0, axes.get_ylim()[0]), None))
        if at is None:
            axes.set(xlim=(0.5, len(steps) + 0.5), xticks=steps[:: 1 + len(steps) // 12])
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))

    return _svg(title, 6.6, 2.8, draw)


def alone(svg: str, about: str) -> str:
    """The plot as a file of its own, which says what its colours are.

    Raises:
        DataError: nothing was drawn.
    """
    if REMEDY in svg:
        raise DataError(REMEDY)
    light, dark = (
        "".join(f"--{name}:{shades[which]};" for name, *shades in COLOURS.values())
        for which in (0, 1)
    )
    style = f":root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}"
    own = f"</title><desc>{escape(about)}</desc><style>{style}</style>"
    return svg.replace("</title>", own, 1)


def _svg(title: str, wide: float, tall: float, draw: Callable[[Axes], None]) -> str:
    """What was drawn, in inches; where nothing can be drawn, what to do about it."""
    try:
        import matplotlib as mpl  # takes a while
        from matplotlib.figure import Figure
    except ImportError:
        return f"<p class='soft'>{REMEDY}</p>"
    with mpl.rc_context(LOOKS):
        figure = Figure(figsize=(wide, tall), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(written := StringIO(), format="svg", transparent=True, metadata=NO_DATE)
    head, body = written.getvalue().partition("<svg")[2].split(">", 1)
    for drawn, (name, *_) in COLOURS.items():
        body = body.replace(drawn, f"var(--{name})")
    return f'<svg{head} role="img"><title>{escape(title)}</title>{body}'
