"""Each head beside popularity and the oracle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from evaluation.held_out import HeldOut
from evaluation.metrics.auc import auc
from evaluation.metrics.bootstrap import Estimate, estimate
from evaluation.metrics.calibration import calibration_error, calibration_ratio
from evaluation.metrics.rce import rce
from ml.heads import HEADS

AVERSE: Final = ("negative", "report")  # where popularity is asked the other way round


@dataclass(frozen=True, slots=True)
class HeadReport:
    """How one head does on rows that training never saw."""

    name: str
    positives: int
    auc: Estimate
    popularity: Estimate
    oracle: Estimate | None
    rce: Estimate
    ratio: Estimate  # mean prediction over mean label
    calibration_error: float
    base_rate: float

    @property
    def share_of_oracle(self) -> float | None:
        """How far of the way from chance to the oracle."""
        return (self.auc.value - 0.5) / (self.oracle.value - 0.5) if self.oracle else None


def report(held_out: HeldOut) -> Iterator[HeadReport]:
    """One report per trained head that has a positive to be tested on."""
    user = held_out.examples.viewer
    for column, head in enumerate(HEADS):
        label = held_out.examples.label[:, column].astype(np.float64)
        if head.name not in held_out.model or not label.any():
            continue
        p = held_out.model[head.name]
        popularity = -held_out.popularity if head.name in AVERSE else held_out.popularity
        truth = held_out.oracle[head.name] if held_out.oracle else None
        yield HeadReport(
            name=head.name,
            positives=int(label.sum()),
            auc=estimate(partial(auc, label, p), user),
            popularity=estimate(partial(auc, label, popularity), user),
            oracle=None if truth is None else estimate(partial(auc, label, truth), user),
            rce=estimate(partial(rce, label, p), user),
            ratio=estimate(partial(calibration_ratio, label, p), user),
            calibration_error=calibration_error(label, p),
            base_rate=float(label.mean()),
        )


def table(reports: list[HeadReport]) -> str:
    """The reports as people read them."""
    lines = [
        f"{'head':<11}{'tests':>6}  {'AUC':<22}{'popularity':<22}{'oracle':<22}{'share':>6}  "
        f"{'RCE %':<21}{'mean ratio':<21}{'cal. error':>10}"
    ]
    for r in reports:
        share = f"{r.share_of_oracle:.3f}" if r.share_of_oracle is not None else "–"
        percent = f"{r.rce.value:.1f} [{r.rce.low:.1f}, {r.rce.high:.1f}]"
        ratio = f"{r.ratio.value:.2f} [{r.ratio.low:.2f}, {r.ratio.high:.2f}]"
        lines.append(
            f"{r.name:<11}{r.positives:>6}  {r.auc!s:<22}{r.popularity!s:<22}"
            f"{r.oracle or '–'!s:<22}{share:>6}  {percent:<21}{ratio:<21}"
            f"{r.calibration_error:>10.4f}"
        )
    return "\n".join(lines)
