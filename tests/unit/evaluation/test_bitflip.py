"""A bit that flips in any stored file is found, and answered with one clear sentence."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from evaluation.loadtest import bitflip
from evaluation.loadtest.command import Given


def test_no_bit_of_any_stored_file_is_silent(tiny_artifacts: Path) -> None:
    report = bitflip.measure(Given(tiny_artifacts, 7, Namespace(flips=30)))
    assert report.kept, report.table()
    outcomes = report.document()["figures"]["outcomes"]
    assert set(outcomes) == {"bundle", "state", "snapshot", "log"}
    assert outcomes["bundle"].keys() == {"refused"}
