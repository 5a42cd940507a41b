"""The report is complete, self-contained, and the same twice."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from app.pipeline.placement import RULES
from app.serving.engine import Engine
from evaluation.__main__ import main
from evaluation.report import document, page, terminal
from evaluation.report.numbers import written
from evaluation.trained_bundle import trained_bundle
from ml import bundle
from ml.bundle import Bundle
from ml.errors import DataError
from tests.pulled import pulled

VOID = {"meta", "br", "path", "use", "rect"}


class Balance(HTMLParser):
    """Every tag that opens also closes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_documented_keys_are_there(report: dict[str, Any]) -> None:
    listed = "".join(re.findall(r"^- .*(?:\n  .*)*", document.__doc__ or "", re.MULTILINE))
    assert set(re.findall(r"`([a-z]\w+)`", listed)) == set(report) - {"format", "seconds"}
    for figures in report["metrics"].values():
        for figure in figures.values():
            assert set(figure) >= {"value", "low", "high"}


def test_everybody_is_asked(report: dict[str, Any]) -> None:
    assert set(report["metrics"]) == {
        "for_you", "logistic", "heuristic", "following", "newest", "popular", "popular_7_days",
        "item_item", "ease", "als", "bpr", "random", "for_you_without_rules",
        "oracle_ranker_under_rules", "oracle_ranker", "oracle",
    }  # fmt: skip
    assert {"InNetwork", "OutOfNetwork", "Graph", "Popular"} <= set(report["sources"])
    assert report["protocol"]["visits"] > 50
    assert not [name for name in report["missing"] if name.startswith("policy")]


def test_every_part_is_left_out_once(report: dict[str, Any]) -> None:
    kinds = {part["kind"] for part in report["ablation"].values()}
    assert kinds >= {"source", "features", "rescorer", "visibility", "selector"}
    for part in report["ablation"].values():
        assert set(part["earns"]) | set(part["costs"]) <= set(part["differences"])


def test_parts_of_the_whole_add_up(report: dict[str, Any]) -> None:
    assert sum(by["share"]["value"] for by in report["by_source"].values()) == pytest.approx(
        1, abs=1e-4
    )
    visits = report["by_user"]["for_you"].values()
    assert sum(by["visits"]["value"] for by in visits) == report["protocol"]["visits"]
    for by in report["by_author"].values():
        assert sum(group["share"]["value"] for group in by.values()) == pytest.approx(1, abs=1e-4)


def test_it_says_what_rules_bought_and_cost(report: dict[str, Any]) -> None:
    assert {row["rule"] for row in report["rules"]} <= {*RULES}
    assert any(row["rule"] == "source" and row["rows"] > 0 for row in report["rules"])
    for row in report["rules"]:
        explores = row["product"] != "for_you" and row["rule"] == "reserved"
        most = 1.0 if explores else 0.10  # two blocks of ten places within their budget
        assert -1e-6 <= row["cost"] <= most
        for text in (page.page(report), terminal.table(report)):
            assert f"{row['product']}: {row['rule']}" in text


def test_the_page_needs_no_network(report: dict[str, Any]) -> None:
    text = page.page(report)
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?https?:""", text)
    assert "<link" not in text
    assert "<script" not in text
    assert "light dark" in text
    assert 'name="viewport"' in text
    balance = Balance()
    balance.feed(text.removeprefix("<!doctype html>"))
    assert not balance.open
    for plot in ("Candidate funnel", "Source mix", "predicted and observed", "value@10"):
        assert plot in text


def test_the_terminal_shows_all_policies(report: dict[str, Any]) -> None:
    text = terminal.table(report)
    for name in (*report["metrics"], *report["heads"], *report["sources"]):
        assert name in text
    assert "100.0%" in text


@pytest.fixture(scope="module")
def artifacts(tiny_artifacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged") / "artifacts"
    shutil.copytree(tiny_artifacts, folder)
    return folder


def test_the_command_writes_the_same_report_again(
    report: dict[str, Any],
    artifacts: Path,
    tiny_data: Path,
    tiny_bundle: Bundle,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--data", str(tiny_data), "--artifacts", str(artifacts)]) == 0
    assert "for_you" in capsys.readouterr().out
    text = (artifacts / "report" / "report.json").read_text()
    assert text == (artifacts / "report" / f"{tiny_bundle.version}.json").read_text()
    again = json.loads(text)
    assert written({**again, "seconds": {}}) == written({**report, "seconds": {}})
    assert (artifacts / "report" / "report.html").read_text().startswith("<!doctype html>")


def test_nothing_trained_is_one_line(
    tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tiny_data), "--artifacts", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"run foryou train --data {tiny_data} --out {tmp_path}" in error


def test_other_data_than_it_was_trained_on_is_refused(
    artifacts: Path, tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(tiny_data, tmp_path / "data", ignore=shutil.ignore_patterns("follows.*"))
    assert main(["--data", str(tmp_path / "data"), "--artifacts", str(artifacts)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"was trained on {tiny_data} (100 users, " in error
    assert f"; {tmp_path / 'data'} is not that" in error


def test_without_data_a_bundle_is_judged_by_what_it_was_trained_on(
    artifacts: Path, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever that is; and a folder that changed since is named."""
    monkeypatch.delenv("FORYOU_DATA_DIR", raising=False)
    found = trained_bundle(given := asked(artifacts))
    assert found.data == found.settings.data_dir == tiny_data.resolve()
    assert found.bundle.version == bundle.current(artifacts)
    monkeypatch.setattr("evaluation.trained_bundle.fingerprint", lambda *_: "another")
    with pytest.raises(DataError, match=f"; {tiny_data} has changed since then"):
        trained_bundle(given)


def test_a_bundle_is_judged_by_its_own_data_after_another_training(
    artifacts: Path,
    chosen_engine: Engine,
    tiny_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By that of the last training only with a note."""
    monkeypatch.delenv("FORYOU_DATA_DIR", raising=False)
    both = tmp_path / "both"
    shutil.copytree(artifacts, both)
    shutil.copytree(chosen_engine.settings.artifacts / "state", both / "state", dirs_exist_ok=True)
    version, other = bundle.current(both), bundle.state_source(both)
    assert trained_bundle(asked(both)).data == tiny_data.resolve()
    assert capsys.readouterr().err == ""
    assert trained_bundle(asked(both, other)).data == other
    note = f"judged by {other}, which the last training read"
    assert f"note: bundle {version} was trained on {tiny_data} (" in (
        err := capsys.readouterr().err
    )
    assert note in err
    (both / str(version) / "source.json").unlink()
    assert trained_bundle(asked(both)).data == other
    assert f"note: bundle {version} does not name its data; it is {note}" in capsys.readouterr().err


def test_a_bundle_of_another_machine_is_judged_by_a_copy_of_its_data(
    artifacts: Path, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one, that is the advice: there is no folder to look in."""
    monkeypatch.delenv("FORYOU_DATA_DIR", raising=False)
    there = pulled(artifacts, tmp_path)
    with pytest.raises(DataError, match="give a copy of those tables as --data") as refused:
        trained_bundle(asked(there))
    assert "tables of another machine" in str(refused.value)
    assert "leave out --data" not in str(refused.value)
    copy = Path(shutil.copytree(tiny_data, tmp_path / "copy"))
    assert trained_bundle(asked(there, copy)).data == copy


def asked(artifacts: Path, data: Path | None = None) -> argparse.Namespace:
    """Options that name a folder of bundles, and perhaps one of tables."""
    return argparse.Namespace(artifacts=artifacts, bundle=None, data=data, map=None)
