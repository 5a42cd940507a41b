"""The report as data: `report.json`. Two runs write the same, `seconds` aside.

Every figure is `{value, low, high}`, the last two its 95 % interval over resampled users; a figure
of a policy has `share`, too: how far it is on the way from random (0) to the oracle (1).

- `dataset`: what was evaluated on; `protocol`: by which bundle, settings and rules
- `metrics`: by policy, then by metric; `sources`: the same for each candidate source alone
- `heads`: by head, then by who predicts; `_ips` weighs impressions by inverse propensity
- `safety`: by label; `ablation`: what each part of the product earns, and costs
- `by_source`, `by_user`, `by_author`: the same figures for a part of the places or visits
- `funnel`: mean rows in and out of each part
- `rules`: the mean rows of a page that each rule brought, and what they cost in shares of the value
  of ten places
- `missing`: what the data could not feed or judge
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from evaluation.metrics.resample import LEVEL, REPEATS
from evaluation.offline.dataset import TEMPORAL
from evaluation.offline.evaluate import Findings
from evaluation.offline.heads import HeadReport
from evaluation.policies.policy import PRODUCT
from evaluation.policies.product import Funnel
from evaluation.report.numbers import Json, number, plain, with_share

FORMAT: Final = 1
HOST_SETTINGS: Final = {  # not about the feed
    *("host", "port", "api_key", "cors_origins", "log_format", "log_level"),
    *("artifacts", "data_dir", "clock"),
}


def document(findings: Findings) -> Json:
    """Everything, ready for `json.dumps`."""
    f = findings
    return {
        "format": FORMAT,
        "dataset": _dataset(f),
        "protocol": _protocol(f),
        "metrics": {name: with_share(figures, f.metrics) for name, figures in f.metrics.items()},
        "sources": {name: with_share(figures, f.metrics) for name, figures in f.sources.items()},
        "heads": {report.name: _head(report) for report in f.heads},
        "safety": plain(f.safety),
        "ablation": {
            f"{part.kind}:{part.name}": {
                name: plain(getattr(part, name))
                for name in ("kind", "name", "earns", "costs", "differences")
            }
            for part in f.ablation
        },
        "by_source": plain(f.by_source),
        "by_user": plain(f.by_user),
        "by_author": plain(f.by_author),
        "funnel": _funnel(f.funnel),
        "rules": _rules(f.funnel),
        "missing": list(f.missing),
        "seconds": f.seconds,
    }


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
    cut = None
    if f.dataset.protocol == TEMPORAL:
        cut = datetime.fromtimestamp(f.dataset.cut, UTC).isoformat().replace("+00:00", "Z")
    return {
        "kind": f.dataset.protocol,
        "product": PRODUCT,
        "bundle": f.bundle.version,
        "cut": cut,
        "visits": len(f.asked_at),
        "judged_by_log": f.judged_by_log,
        "interval": LEVEL,
        "resamples": REPEATS,
        "settings": f.settings.model_dump(mode="json", exclude=HOST_SETTINGS),
    }


def _head(report: HeadReport) -> Json:
    names = ("impressions", "positives", "base_rate", "share_of_oracle")
    return {
        **{name: plain(getattr(report, name)) for name in names},
        "by": plain(report.figures),
        "reliability": {
            "predicted": plain(report.reliability.predicted),
            "observed": plain(report.reliability.observed),
        },
    }


def _funnel(funnel: Funnel) -> Json:
    rows = [
        {
            "product": product,
            "stage": stage,
            "component": component,
            "rows_in": number(into / funnel.asked[product]),
            "rows_out": number(out / funnel.asked[product]),
        }
        for (product, stage, component), (into, out) in funnel.rows.items()
        if product in funnel.asked
    ]
    return {"answered": dict(funnel.asked), "rows": rows}


def _rules(funnel: Funnel) -> list[Json]:
    return [
        {
            "product": product,
            "rule": rule,
            "rows": number(rows / funnel.asked[product]),
            "cost": number(cost / funnel.asked[product]),
        }
        for (product, rule), (rows, cost) in sorted(funnel.rules.items())
    ]
