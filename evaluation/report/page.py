"""The report as one page that needs nothing else: no network, no script, light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from evaluation.policies.policy import PRODUCT
from evaluation.report import shapes_report
from evaluation.report.numbers import Json
from evaluation.report.parts import (
    bar,
    bullets,
    grid,
    interval,
    lines,
    plate,
    ranking,
    section,
    shell,
)
from evaluation.report.plots import Bar, bars, curve
from evaluation.report.terminal import RULE_COLUMNS, rule_rows

PLANTED: Final = (
    "<b>Value</b> is the planted chance that the viewer engages with what they look at, averaged "
    "over the places of a slate; an empty place is worth nothing. It does not depend on what the "
    "old feed showed. "
)
RELEVANT: Final = (
    "<b>NDCG, recall, precision</b> and their like count what the viewer went on to engage with, "
    "and people engage only with what they are shown: these figures favour feeds that resemble "
    "the one that wrote the log{even_so}. <b>recall_ips</b> counts each by how unlikely that feed "
    "was to show it, where it logged that."
)
EVEN_SO: Final = ", and the oracle itself does not win them"

PROPOSED: Final = "who proposed what stands there"
STAGES: Final = ("retrieve", "eligibility", "rank", "visibility", "slate", "select")
HEAD_METRICS: Final = [
    "auc",
    "pr_auc",
    "rce",
    "calibration_error",
    "auc_ips",
    "pr_auc_ips",
    "rce_ips",
]


def page(report: Json, shapes: Json | None = None) -> str:
    """The whole page; with what was found on degraded data, where that was measured."""
    title = f"How good is the feed? {report['dataset']['name']}"
    degraded = shapes_report.part(shapes) if shapes else ""
    return shell(title, "\n".join([*_sections(report), degraded]))


def _sections(report: Json) -> Iterator[str]:
    metrics, sources = report["metrics"], report["by_source"]
    shown = [name for name in ("value@10", "ndcg@10", "recall@20") if name in metrics[PRODUCT]]
    plots = [ranking(metrics, name, PRODUCT) for name in shown]
    yield _head(report)
    yield section("Among its neighbours", "".join(plots))
    if sources:
        shares = [bar(name, by["share"]) for name, by in sources.items()]
        plot = plate(bars("Source mix", shares, "share of the first ten places", ".1%"), PROPOSED)
        yield section("Sources", plot + grid(sources, across=False))
    yield section("Candidates", _funnel(report))
    if report["rules"]:
        yield section("Rules", lines([*RULE_COLUMNS], rule_rows(report["rules"])))
    if report["ablation"]:
        yield section("What each part earns", _ablation(list(report["ablation"].values())))
    if report["heads"]:
        yield section("Heads", _heads(report["heads"]))
    for title, groups in (
        ("Safety models, on tweets written after training", report["safety"]),
        ("By viewer", report["by_user"].get(PRODUCT, {})),
        ("By author", report["by_author"].get(PRODUCT, {})),
    ):
        yield section(title, grid(groups, across=False))
    yield section("Every figure", grid({**metrics, **report["sources"]}))
    yield section("What the data could not feed or judge", bullets(report["missing"]))


def _head(report: Json) -> str:
    data, protocol = report["dataset"], report["protocol"]
    when = f" after {escape(protocol['cut'])}" if protocol["cut"] else ""
    return (
        f"<h1>How good is the feed?</h1><p>{escape(data['name'])}: {data['users']:,} users, "
        f"{data['tweets']:,} tweets, {data['interactions']:,} interactions. Bundle "
        f"<code>{escape(protocol['bundle'])}</code>, {protocol['visits']:,} visits{when}; after "
        f"{protocol['judged_by_log']:,} of them the viewer engaged with something that could have "
        f"been shown. Intervals are 95 %, over users.</p>"
        f"<p class='soft'>{_about_metrics('value@10' in report['metrics'][PRODUCT])}</p>"
    )


def _about_metrics(is_planted: bool) -> str:
    """What the figures mean; of a world whose truth is known they say more."""
    relevant = RELEVANT.format(even_so=EVEN_SO if is_planted else "")
    return PLANTED + relevant if is_planted else relevant


def _funnel(report: Json) -> str:
    steps = [
        Bar(f"{row['stage']} {row['component']}", row["rows_out"])
        for row in report["funnel"]["rows"]
        if row["product"] == PRODUCT and row["stage"] in STAGES
    ]
    plot = bars("Candidate funnel", steps, "rows, on average", ".0f")
    return plate(plot, "mean rows that leave each part") if steps else ""


def _ablation(parts: list[Json]) -> str:
    metric = "value@10" if "value@10" in parts[0]["differences"] else "ndcg@10"
    names = [f"{part['kind']} {part['name']}" for part in parts]
    rows = [bar(n, part["differences"][metric]) for n, part in zip(names, parts, strict=True)]
    verdicts = [
        [name, ", ".join(part["earns"]) or "nothing", ", ".join(part["costs"])]
        for name, part in zip(names, parts, strict=True)
    ]
    idle = [name for name, part in zip(names, parts, strict=True) if not part["earns"]]
    return (
        f"<p>Beyond three standard errors, nothing is improved by: "
        f"{escape(', '.join(idle) or 'none of them')}.</p>"
        + plate(bars(metric, rows, metric, "+.4f"), "of the product, less that without the part")
        + lines(["part", "improves", "worsens"], verdicts, text=True)
    )


def _heads(heads: Json) -> str:
    plots, rows = [], []
    for name, head in heads.items():
        observed = [bar("", figure) for figure in head["reliability"]["observed"]]
        plot = curve(f"{name}: predicted and observed", head["reliability"]["predicted"], observed)
        plots.append(plate(plot, name))
        for who, by in head["by"].items():
            rows.append([name, who, *(interval(by.get(m)) for m in HEAD_METRICS)])
    return f"<div class='grid'>{''.join(plots)}</div>{lines(['head', 'by', *HEAD_METRICS], rows)}"
