"""A start is measured by what its process used, and held to what compiling may add."""

from __future__ import annotations

from pathlib import Path

from evaluation.loadtest import starts


def test_only_what_compiling_adds_is_held_to_the_bars() -> None:
    kept = {"first": 26.0, "later": 7.0}
    assert starts.promises(kept).kept
    assert not starts.promises(kept | {"first": 28.0}).kept
    assert not starts.promises({"first": 26.0, "later": 8.0}).kept
    assert "19.0 of them to compile" in starts.promises(kept).table()


def test_the_seconds_are_those_of_a_real_start(tiny_artifacts: Path) -> None:
    environment = {"FORYOU_ARTIFACTS": str(tiny_artifacts)}
    assert 0.5 < starts._seconds(environment) < 300
