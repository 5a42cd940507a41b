"""The report as one page that needs nothing else: no network, no script, light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from evaluation.report.numbers import Json
from evaluation.report.parts import bar, bullets, grid, interval, lines, plate, section, shell
from evaluation.report.svg import Bar, bars, curve, stack

PRODUCT: Final = "for_you"
RELEVANT: Final = (
    "<b>Value</b> is the planted chance that the viewer engages with what they look at, averaged "
    "over the places of a slate; an empty place is worth nothing. It does not depend on what the "
    "old feed showed. <b>NDCG, recall, precision</b> and their like count what the viewer went on "
    "to engage with, and people engage only with what they are shown: these figures favour feeds "
    "that resemble the one that wrote the log. The oracle itself does not win them."
)

HEAD_METRICS: Final = (
    "auc",
    "pr_auc",
    "rce",
    "calibration_error",
    "auc_ips",
    "pr_auc_ips",
    "rce_ips",
)


def page(report: Json) -> str:
    """The whole page."""
    title = f"How good is the feed? {report['dataset']['name']}"
    return shell(title, "\n".join(_sections(report)))


def _sections(report: Json) -> Iterator[str]:
    yield _head(report)
    yield _neighbours(report)
    if report["by_source"]:
        yield _source_mix(report)
    yield _funnel(report)
    if report["ablation"]:
        yield _ablation(report)
    if report["heads"]:
        yield _heads(report)
    if report["safety"]:
        yield section("Safety models, on tweets written after training", _table(report["safety"]))
    for title, key in (("By viewer", "by_user"), ("By author", "by_author")):
        yield section(title, _table(report[key].get(PRODUCT, {})))
    yield section("Every figure", grid({**report["metrics"], **report["sources"]}))
    yield section("What the data could not feed or judge", bullets(report["missing"]))


def _head(report: Json) -> str:
    data, protocol = report["dataset"], report["protocol"]
    when = f" after {escape(protocol['cut'])}" if protocol["cut"] else ""
    return (
        f"<h1>How good is the feed?</h1><p>{escape(data['name'])}: {data['users']:,} users, "
        f"{data['tweets']:,} tweets, {data['interactions']:,} interactions. Bundle "
        f"<code>{escape(protocol['bundle'])}</code>, {protocol['visits']:,} visits{when}; after "
        f"{protocol['judged_by_log']:,} of them the viewer engaged with something that could have "
        f"been shown. Intervals are 95 %, over users.</p><p class='soft'>{RELEVANT}</p>"
    )


def _neighbours(report: Json) -> str:
    metrics = report["metrics"]
    shown = [m for m in ("value@10", "ndcg@10", "recall@20") if m in metrics[PRODUCT]]
    plots = (plate(_ranked(metrics, metric), metric) for metric in shown)
    return "<h2>Among its neighbours</h2>" + "".join(plots)


def _ranked(metrics: Json, metric: str) -> str:
    known = [(name, by[metric]) for name, by in metrics.items() if by[metric]["value"] is not None]
    known.sort(key=lambda pair: -pair[1]["value"])
    return bars(metric, [bar(name, figure, strong=name == PRODUCT) for name, figure in known])


def _source_mix(report: Json) -> str:
    sources = report["by_source"]
    shares = [(name, by["share"]["value"] or 0.0) for name, by in sources.items()]
    plot = plate(stack("Source mix", shares), "who proposed the first ten places")
    return f"<h2>Sources</h2>{plot}{_table(sources)}"


def _funnel(report: Json) -> str:
    rows = [row for row in report["funnel"]["rows"] if row["product"] == PRODUCT]
    steps = [
        Bar(f"{row['stage']} {row['component']}", row["rows_out"])
        for row in rows
        if row["stage"] in ("retrieve", "eligibility", "rank", "visibility", "slate", "select")
    ]
    if not steps:
        return ""
    return "<h2>Candidates</h2>" + plate(
        bars("Candidate funnel", steps, ".0f"), "mean rows that leave each part"
    )


def _ablation(report: Json) -> str:
    parts = report["ablation"].values()
    metric = "value@10" if "value@10" in next(iter(parts))["differences"] else "ndcg@10"
    rows = [bar(f"{p['kind']} {p['name']}", p["differences"][metric]) for p in parts]
    verdicts = [
        [f"{p['kind']} {p['name']}", ", ".join(p["earns"]) or "nothing", ", ".join(p["costs"])]
        for p in parts
    ]
    idle = [f"{p['kind']} {p['name']}" for p in parts if not p["earns"]]
    return (
        "<h2>What each part earns</h2>"
        f"<p>Beyond three standard errors, nothing is improved by: "
        f"{escape(', '.join(idle) or 'none of them')}.</p>"
        + plate(bars(metric, rows, "+.4f"), f"{metric} of the product less that without the part")
        + lines(["part", "improves", "worsens"], verdicts, text=True)
    )


def _heads(report: Json) -> str:
    plots, rows = [], []
    for name, head in report["heads"].items():
        observed = [bar("", figure) for figure in head["reliability"]["observed"]]
        plot = curve(f"{name}: predicted and observed", head["reliability"]["predicted"], observed)
        plots.append(plate(plot, name))
        for who, by in head["by"].items():
            rows.append([name, who, *(interval(by.get(m)) for m in HEAD_METRICS)])
    header = ["head", "by", *HEAD_METRICS]
    grid = f"<div class='grid'>{''.join(plots)}</div>"
    return f"<h2>Heads</h2>{grid}{lines(header, rows)}"


def _table(groups: Json) -> str:
    """Groups down, their figures across."""
    if not groups:
        return ""
    columns = list(next(iter(groups.values())))
    rows = [[name, *(interval(by.get(c)) for c in columns)] for name, by in groups.items()]
    return lines(["", *columns], rows)
