"""The report as a short table, for those who just want to know."""

from __future__ import annotations

from typing import Any, Final

COLUMNS: Final = ("value@10", "ndcg@10", "recall@20", "unwelcome@10", "unsafe@10", "coverage@10")
WITH_INTERVAL: Final = 2  # columns, from the left, that have room for one

Json = dict[str, Any]


def table(report: Json) -> str:
    """The product among its neighbours, its heads, and what each part earns."""
    blocks = [_title(report), policies(report)]
    if report["heads"]:
        blocks.append(heads(report["heads"]))
    if report["ablation"]:
        blocks.append(_ablation(report["ablation"]))
    return "\n\n".join(blocks)


def _title(report: Json) -> str:
    data, protocol = report["dataset"], report["protocol"]
    return (
        f"{data['name']}: {data['users']:,} users, {data['tweets']:,} tweets · bundle "
        f"{protocol['bundle']} · {protocol['visits']:,} visits ({protocol['kind']}), "
        f"{protocol['judged_by_log']:,} of them judged by the log"
    )


def policies(report: Json) -> str:
    """The product among its neighbours, and each candidate source alone."""
    metrics = report["metrics"]
    columns = [name for name in COLUMNS if name in metrics["for_you"]]
    head = f"{'':<16}" + "".join(f"{name:>{_width(i)}}" for i, name in enumerate(columns))
    with_share = "share" in metrics["for_you"][columns[0]]
    lines = [head + (f"{'share':>8}" if with_share else "")]
    for policy, figures in {**metrics, **report["sources"]}.items():
        cells = [_cell(figures[name], i) for i, name in enumerate(columns)]
        share = figures[columns[0]].get("share")
        lines.append(
            f"{policy:<16}" + "".join(cells) + (f"{share:>8.1%}" if share is not None else "")
        )
    return "\n".join(lines)


def heads(by_head: Json) -> str:
    """Each head beside popularity, logistic regression and the oracle."""
    lines = [
        f"{'head':<12}{'tests':>7}  {'AUC':<24}{'logistic':>9}{'popular':>9}{'oracle':>8}"
        f"{'share':>8}{'PR-AUC':>8}{'RCE %':>8}{'cal. err':>9}"
    ]
    for name, head in by_head.items():
        by = head["by"]
        model = by["model"]
        others = [by.get(who, {}).get("auc") for who in ("logistic", "popularity", "oracle")]
        lines.append(
            f"{name:<12}{head['positives']:>7}  {_interval(model['auc']):<24}"
            f"{_value(others[0]):>9}{_value(others[1]):>9}{_value(others[2]):>8}"
            f"{_value(head['share_of_oracle']):>8}{_value(model['pr_auc']):>8}"
            f"{model['rce']['value']:>8.1f}{model['calibration_error']['value']:>9.4f}"
        )
    return "\n".join(lines)


def _ablation(parts: Json) -> str:
    lines = [f"{'what it earns':<34}{'value@10':>10}{'ndcg@10':>9}  improves; worsens"]
    for part in parts.values():
        by = part["differences"]
        earns, costs = (", ".join(part[way]) or "nothing" for way in ("earns", "costs"))
        lines.append(
            f"{part['kind'] + ' ' + part['name']:<34}{_value(by.get('value@10'), '+.4f'):>10}"
            f"{_value(by.get('ndcg@10'), '+.3f'):>9}  {earns}; {costs}"
        )
    idle = [f"{part['kind']} {part['name']}" for part in parts.values() if not part["earns"]]
    lines.append(f"earns nothing: {', '.join(idle) or 'nobody'}")
    return "\n".join(lines)


def _cell(figure: Json, column: int) -> str:
    if figure["value"] is None:
        text = "–"
    elif column < WITH_INTERVAL:
        text = _interval(figure)
    else:
        text = f"{figure['value']:.4f}"
    return f"{text:>{_width(column)}}"


def _width(column: int) -> int:
    return 25 if column < WITH_INTERVAL else 14


def _interval(figure: Json) -> str:
    return f"{figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]"


def _value(figure: Json | None, form: str = ".3f") -> str:
    return "–" if figure is None or figure["value"] is None else f"{figure['value']:{form}}"
