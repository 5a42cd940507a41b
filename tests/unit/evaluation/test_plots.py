"""Plots are the same each time, say their units, and can be read in light and dark."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

from evaluation.report import plots
from evaluation.report.plots import Bar
from ml.errors import DataError

pytest.importorskip("matplotlib", reason="it is in the extra `evaluation`")
ROWS = [
    Bar("ours", 0.3, 0.2, 0.4, strong=True),
    Bar("<theirs>", 0.1, 0.0, 0.2),
    Bar("nobody", None),
]
SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def drawn() -> list[str]:
    return [
        plots.bars("Bars & more", ROWS, "engagements per place"),
        plots.curve("Curve", [0.1, 0.2, 0.3], ROWS),
        plots.lines("Lines", {"ours": [0.1, 0.2], "theirs": [0.2, 0.1]}, "day", "visits"),
    ]


def test_the_same_figures_are_the_same_bytes() -> None:
    assert drawn() == drawn()
    assert not any(re.search(r"20\d\d-\d\d-\d\d|Matplotlib", svg) for svg in drawn())


def test_axes_say_their_units_and_rows_their_numbers() -> None:
    bars, curve, lines = map(words, drawn())
    assert {"engagements per place", "ours", "<theirs>", "0.300", "–"} <= {*bars}
    assert {"predicted", "observed"} <= {*curve}
    assert {"day", "visits", "ours", "theirs", "1", "2"} <= {*lines}


def test_a_single_point_can_be_seen() -> None:
    def marks(values: list[float]) -> int:
        svg = plots.lines("Days", {"ours": values}, "day", "visits")
        (axes,) = (
            g for g in ElementTree.fromstring(svg).iter(f"{SVG}g") if g.get("id") == "axes_1"
        )
        lines = [g for g in axes if (g.get("id") or "").startswith("line2d")]
        return sum(1 for line in lines for _ in line.iter(f"{SVG}use"))

    assert [marks([0.2] * days) for days in (1, 2, 3)] == [1, 2, 3]


def test_colours_are_those_of_the_page_in_light_and_dark() -> None:
    for svg in drawn():
        assert not any(colour in svg for colour in plots.COLOURS)
        assert "var(--ink)" in svg
        alone = plots.alone(svg, "what it shows")
        assert "prefers-color-scheme: dark" in alone
        names = set(re.findall(r"var\(--(\w+)\)", alone))
        assert all(alone.count(f"--{name}:#") == 2 for name in names)
        assert ElementTree.fromstring(alone).find(f"{SVG}desc") is not None


def test_without_matplotlib_a_plot_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for plot in drawn():
        assert "pip install" in plot
        with pytest.raises(DataError, match="pip install"):
            plots.alone(plot, "")
