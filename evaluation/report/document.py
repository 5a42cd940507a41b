"""The report as data: `report.json`. Two runs write the same, `seconds` aside.

Every figure is `{value, low, high}`, the last two its 95 % interval over resampled users; a figure
of a policy has `share`, too: how far it is on the way from random (0) to the oracle (1).

- `dataset`: what was evaluated on; `protocol`: by which bundle, settings and rules
- `metrics`: by policy, then by metric; `sources`: the same for each candidate source alone
- `heads`: by head, then by who predicts; `_ips` weighs impressions by inverse propensity
- `safety`: by label; `ablation`: what each part of the product earns, and costs
- `by_source`, `by_user`, `by_author`: the same figures for a part of the places or visits
- `funnel`: mean rows in and out of each part; `missing`: what the data could not feed or judge
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from evaluation.dataset import TEMPORAL
from evaluation.evaluate import Findings
from evaluation.figures import ORACLE, Figures
from evaluation.heads import HeadReport
from evaluation.lineup import PRODUCT
from evaluation.metrics.resample import LEVEL, REPEATS, Figure
from evaluation.policies.product import Funnel

FORMAT: Final = 1
DIGITS: Final = 6
RANDOM: Final = "random"
HOST_SETTINGS: Final = {  # not about the feed
    *("host", "port", "api_key", "cors_origins", "log_format", "log_level"),
    *("artifacts", "data_dir", "clock"),
}

Json = dict[str, Any]  # what JSON can hold


def document(findings: Findings) -> Json:
    """Everything, ready for `json.dumps`."""
    f = findings
    return {
        "format": FORMAT,
        "dataset": _dataset(f),
        "protocol": _protocol(f),
        "metrics": {name: _with_share(figures, f.metrics) for name, figures in f.metrics.items()},
        "sources": {name: _with_share(figures, f.metrics) for name, figures in f.sources.items()},
        "heads": {report.name: _head(report) for report in f.heads},
        "safety": _nested(f.safety),
        "ablation": {
            f"{part.kind}:{part.name}": {
                "kind": part.kind,
                "name": part.name,
                "earns": part.earns,
                "costs": part.costs,
                "differences": _nested(part.differences),
            }
            for part in f.ablation
        },
        "by_source": _nested(f.by_source),
        "by_user": _nested(f.by_user),
        "by_author": _nested(f.by_author),
        "funnel": _funnel(f.funnel),
        "missing": list(f.missing),
        "seconds": f.seconds,
    }


def written(report: Json) -> str:
    """As it stands in the file."""
    return json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _dataset(f: Findings) -> Json:
    tables = f.dataset.tables
    sizes = ("users", "tweets", "follows", "interactions", "impressions")
    return {
        "name": f.dataset.name,
        "fingerprint": tables.fingerprint,
        **{name: len(getattr(tables, name)) for name in sizes},
        "planted": f.dataset.truth is not None,
    }


def _protocol(f: Findings) -> Json:
    temporal = f.dataset.protocol == TEMPORAL
    return {
        "kind": f.dataset.protocol,
        "product": PRODUCT,
        "bundle": f.bundle.version,
        "cut": _instant(f.dataset.cut) if temporal else None,
        "visits": len(f.asked_at),
        "judged_by_log": f.judged_by_log,
        "interval": LEVEL,
        "resamples": REPEATS,
        "settings": f.settings.model_dump(mode="json", exclude=HOST_SETTINGS),
    }


def _with_share(figures: Figures, policies: Mapping[str, Figures]) -> Json:
    start, end = policies[RANDOM], policies.get(ORACLE, {})
    out: Json = {}
    for name, figure in figures.items():
        out[name] = _figure(figure)
        share = figure.share_of_way(start[name], end[name]) if name in end else None
        if share:
            out[name]["share"] = _number(share.value)
    return out


def _head(report: HeadReport) -> Json:
    share = report.share_of_oracle
    return {
        "impressions": report.impressions,
        "positives": report.positives,
        "base_rate": _number(report.base_rate),
        "share_of_oracle": _figure(share) if share else None,
        "by": _nested(report.figures),
        "reliability": {
            "predicted": [_number(p) for p in report.reliability.predicted],
            "observed": [_figure(figure) for figure in report.reliability.observed],
        },
    }


def _funnel(funnel: Funnel) -> Json:
    rows = [
        {
            "product": product,
            "stage": stage,
            "component": component,
            "rows_in": _number(into / funnel.asked[product]),
            "rows_out": _number(out / funnel.asked[product]),
        }
        for (product, stage, component), (into, out) in funnel.rows.items()
        if product in funnel.asked
    ]
    return {"answered": dict(funnel.asked), "rows": rows}


def _nested(figures: Mapping[str, Any]) -> Json:
    """Figures at any depth."""
    return {
        name: _figure(inner) if isinstance(inner, Figure) else _nested(inner)
        for name, inner in figures.items()
    }


def _figure(figure: Figure) -> Json:
    low, high = figure.interval
    return {"value": _number(figure.value), "low": _number(low), "high": _number(high)}


def _number(value: float) -> float | None:
    """Rounded, so that the last bit of a sum does not matter; null where there is no number."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
