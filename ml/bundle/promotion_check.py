"""The promotion check: a bundle is refused if its report is significantly worse."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ml.bundle import leaderboard
from ml.errors import BundleError

PRODUCT: Final = "for_you"
BY_TRUTH: Final = {"value@10": 1, "value_ndcg@10": 1}  # which way is up
BY_LOG: Final = {"ndcg@10": 1, "recall@20": 1}  # only where there is no truth: the log is biased
ALWAYS: Final = {"unwelcome@10": -1, "unsafe@10": -1, "filled@10": 1}
OF_HEADS: Final = {"auc": 1, "rce": 1}
SAME: Final = ("kind", "cut", "settings")  # what two reports must share to be compared

Json = dict[str, Any]  # what JSON can hold


def check_promotion(artifacts: Path, version: str, current: str | None) -> None:
    """Compare the reports of two bundles; without a current bundle every version passes.

    Raises:
        BundleError: the bundle is worse, with the figures; or a report is missing, or the two are
            not comparable.
    """
    if current is None or current == version:
        return
    if (found := leaderboard.read(artifacts / version)) and found.lost_to:
        raise BundleError(
            f"bundle {version} loses to {', '.join(found.lost_to)} by {found.decided_by}, by more "
            f"than chance; keep {current}, or promote it --anyway"
        )
    new, old = read_report(artifacts, version), read_report(artifacts, current)
    _check_comparable(new, old, version, current)
    worse = list(regressions(new, old))
    if worse:
        raise BundleError(
            f"bundle {version} is significantly worse than {current}: {'; '.join(worse)}; keep "
            f"{current}, or promote it --anyway"
        )


def read_report(artifacts: Path, version: str) -> Json:
    """Read the evaluation report of a bundle.

    Raises:
        BundleError: there is no such report, or it cannot be read.
    """
    path = artifacts / "report" / f"{version}.json"
    if not path.is_file():
        raise BundleError(
            f"bundle {version} has no report {path}; run foryou evaluate --artifacts "
            f"{artifacts} --bundle {version}, or promote it --anyway"
        )
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        report["metrics"][PRODUCT], report["heads"], report["protocol"], report["dataset"]
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(
            f"{path} is not a report ({error!r}); evaluate the bundle again"
        ) from error
    return dict(report)


def regressions(new: Json, old: Json) -> Iterator[str]:
    """The figures that are significantly worse, a line each."""
    after, before = new["metrics"][PRODUCT], old["metrics"][PRODUCT]
    judged_by = BY_TRUTH if "value@10" in before else BY_LOG
    for name, up in {**judged_by, **ALWAYS}.items():
        yield from _regression(name, after.get(name), before.get(name), up)
    for head, card in old["heads"].items():
        if head not in new["heads"]:
            yield f"it has no head {head}"
            continue
        mine, theirs = new["heads"][head]["by"]["model"], card["by"]["model"]
        for name, up in OF_HEADS.items():
            yield from _regression(f"{head} {name}", mine.get(name), theirs.get(name), up)


def _regression(name: str, new: Json | None, old: Json | None, up: int) -> Iterator[str]:
    """A line if a figure is worse by more than both confidence intervals combined."""
    if not new or not old or new["value"] is None or old["value"] is None:
        return
    gap = up * (old["value"] - new["value"])
    if gap > math.hypot(_half(new), _half(old)):
        yield f"{name} {_formatted(new)} after {_formatted(old)}"


def _half(figure: Mapping[str, float]) -> float:
    return ((figure["high"] or 0) - (figure["low"] or 0)) / 2


def _formatted(figure: Mapping[str, float]) -> str:
    return f"{figure['value']:.4g} [{figure['low']:.4g}, {figure['high']:.4g}]"


def _check_comparable(new: Json, old: Json, version: str, current: str) -> None:
    differ = [name for name in SAME if new["protocol"].get(name) != old["protocol"].get(name)]
    if new["dataset"].get("fingerprint") != old["dataset"].get("fingerprint"):
        differ.append("data")
    if differ:
        raise BundleError(
            f"the reports of {version} and {current} cannot be compared, they differ in "
            f"{', '.join(differ)}; evaluate both in the same way, or promote it --anyway"
        )
