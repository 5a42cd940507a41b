"""A bundle takes over unless a report says that it is worse."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ml import bundle
from ml.__main__ import main
from ml.bundle import promotion_check
from ml.errors import BundleError

Json = dict[str, Any]


def figure(value: float, half: float) -> Json:
    return {"value": value, "low": value - half, "high": value + half}


REPORT: Json = {
    "dataset": {"fingerprint": "abc"},
    "protocol": {"kind": "temporal", "cut": "2026-02-20T00:00:00Z", "settings": {"preset": "x"}},
    "metrics": {
        "for_you": {
            "value@10": figure(0.30, 0.01),
            "ndcg@10": figure(0.30, 0.01),
            "unsafe@10": figure(0.010, 0.002),
            "filled@10": figure(1.0, 0.0),
        }
    },
    "heads": {"like": {"by": {"model": {"auc": figure(0.8, 0.01), "rce": figure(15, 1)}}}},
}  # fmt: skip


def changed(*path: str, to: object) -> Json:
    report = copy.deepcopy(REPORT)
    inner = report
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = to
    return report


def test_the_same_is_not_worse() -> None:
    assert list(promotion_check.regressions(REPORT, REPORT)) == []


def test_within_the_intervals_is_chance() -> None:
    worse = changed("metrics", "for_you", "value@10", to=figure(0.29, 0.01))
    assert list(promotion_check.regressions(worse, REPORT)) == []


def test_what_fell_is_named_with_both_figures() -> None:
    worse = changed("metrics", "for_you", "value@10", to=figure(0.25, 0.01))
    (where,) = promotion_check.regressions(worse, REPORT)
    assert where.startswith("value@10 0.25 [0.24, 0.26] after 0.3 [")
    assert list(promotion_check.regressions(REPORT, worse)) == []


def test_more_of_what_is_unsafe_is_worse() -> None:
    worse = changed("metrics", "for_you", "unsafe@10", to=figure(0.02, 0.002))
    assert len(list(promotion_check.regressions(worse, REPORT))) == 1
    assert list(promotion_check.regressions(REPORT, worse)) == []


def test_the_log_decides_only_where_there_is_no_truth() -> None:
    worse = changed("metrics", "for_you", "ndcg@10", to=figure(0.1, 0.01))
    assert list(promotion_check.regressions(worse, REPORT)) == []
    without = copy.deepcopy(REPORT)
    for report in (worse, without):
        report["metrics"]["for_you"].pop("value@10")
    assert len(list(promotion_check.regressions(worse, without))) == 1


def test_a_head_that_fell_or_is_gone_is_named() -> None:
    fell = changed("heads", "like", "by", "model", "auc", to=figure(0.7, 0.01))
    assert "like auc" in next(promotion_check.regressions(fell, REPORT))
    assert list(promotion_check.regressions(changed("heads", to={}), REPORT)) == [
        "it has no head like"
    ]


@pytest.fixture
def artifacts(tiny_artifacts: Path, tmp_path: Path) -> Path:
    """Two bundles, `other` and the current one, both judged."""
    folder = tmp_path / "artifacts"
    shutil.copytree(tiny_artifacts, folder)
    current = bundle.current(folder)
    assert current is not None
    shutil.copytree(folder / current, folder / "other")
    (folder / "report").mkdir()
    judge(folder, current, REPORT)
    judge(folder, "other", REPORT)
    return folder


def judge(artifacts: Path, version: str, report: Json) -> None:
    (artifacts / "report" / f"{version}.json").write_text(json.dumps(report))


def promote(artifacts: Path, *more: str) -> int:
    return main(["promote", "other", "--artifacts", str(artifacts), *more])


def test_what_is_not_worse_is_promoted(artifacts: Path) -> None:
    assert promote(artifacts) == 0
    assert bundle.current(artifacts) == "other"


def test_what_is_worse_is_refused_unless_anyway(
    artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bundle.current(artifacts)
    judge(artifacts, "other", changed("metrics", "for_you", "value@10", to=figure(0.2, 0.01)))
    assert promote(artifacts) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "significantly worse" in error
    assert "value@10 0.2" in error
    assert bundle.current(artifacts) == before
    assert promote(artifacts, "--anyway") == 0
    assert bundle.current(artifacts) == "other"


def test_a_bundle_that_is_not_there_is_refused_with_those_that_are(
    artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bundle.current(artifacts)
    for more in ([], ["--anyway"]):
        assert main(["promote", "abc", "--artifacts", str(artifacts), *more]) == 2
        error = capsys.readouterr().err
        assert f"has no bundle 'abc'; there are: {', '.join(bundle.versions(artifacts))}" in error
    assert bundle.current(artifacts) == before


def test_what_was_never_judged_is_refused(
    artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (artifacts / "report" / "other.json").unlink()
    assert promote(artifacts) == 2
    assert "run foryou evaluate" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "to", "what"),
    [
        (("dataset", "fingerprint"), "xyz", "data"),
        (("protocol", "cut"), "2026-02-21T00:00:00Z", "cut"),
        (("protocol", "settings"), {"preset": "likes"}, "settings"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    artifacts: Path, path: tuple[str, ...], to: object, what: str
) -> None:
    judge(artifacts, "other", changed(*path, to=to))
    with pytest.raises(BundleError, match=f"they differ in {what}"):
        promotion_check.check_promotion(artifacts, "other", bundle.current(artifacts))


def test_what_is_no_report_is_refused(artifacts: Path) -> None:
    (artifacts / "report" / "other.json").write_text("[]")
    with pytest.raises(BundleError, match="is not a report"):
        promotion_check.check_promotion(artifacts, "other", bundle.current(artifacts))


def test_the_first_bundle_needs_no_report(artifacts: Path) -> None:
    shutil.rmtree(artifacts / "report")
    (artifacts / "current").unlink()
    assert promote(artifacts) == 0
