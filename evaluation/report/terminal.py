"""The report as short tables, for a terminal."""

from __future__ import annotations

from typing import Final

from evaluation.report.numbers import Json
from evaluation.report.text import interval, text_table, value

COLUMNS: Final = ("value@10", "ndcg@10", "recall@20", "unwelcome@10", "unsafe@10", "coverage@10")
WITH_INTERVAL: Final = 2  # columns, from the left, that show one
RULE_COLUMNS: Final = ("what rules bought", "rows of a page", "of the value of ten places")


def table(report: Json) -> str:
    """The product among its neighbours, its heads, and what each part earns."""
    data, protocol = report["dataset"], report["protocol"]
    title = (
        f"{data['name']}: {data['users']:,} users, {data['tweets']:,} tweets · bundle "
        f"{protocol['bundle']} · {protocol['visits']:,} visits ({protocol['kind']}), "
        f"{protocol['judged_by_log']:,} of them judged by the log"
    )
    by_head, parts = report["heads"], report["ablation"]
    blocks = [
        title,
        policies(report),
        by_head and heads(by_head),
        parts and _ablation(parts),
        report["rules"] and rules(report["rules"]),
    ]
    return "\n\n".join(block for block in blocks if block)


def policies(report: Json) -> str:
    """The product among its neighbours, and each candidate source alone."""
    header, *rows = policy_rows(report)
    return text_table(header, rows)


def policy_rows(report: Json) -> list[list[str]]:
    """The cells of `policies`, the header first."""
    columns = [name for name in COLUMNS if name in report["metrics"]["for_you"]]
    both = {**report["metrics"], **report["sources"]}
    rows = [[policy, *_cells(figures, columns)] for policy, figures in both.items()]
    return [["", *columns, "share"], *rows]


def heads(by_head: Json) -> str:
    """Each head beside popularity, logistic regression and the oracle."""
    header, *rows = head_rows(by_head)
    return text_table(header, rows)


def head_rows(by_head: Json) -> list[list[str]]:
    """The cells of `heads`, the header first."""
    rows = []
    for name, head in by_head.items():
        by, model = head["by"], head["by"]["model"]
        others = [by.get(who, {}).get("auc") for who in ("logistic", "popularity", "oracle")]
        rows.append(
            [
                *(name, str(head["positives"]), interval(model["auc"])),
                *map(value, [*others, head["share_of_oracle"], model["pr_auc"]]),
                *(value(model["rce"], ".1f"), value(model["calibration_error"], ".4f")),
            ]
        )
    names = "head,tests,AUC,logistic,popular,oracle,share,PR-AUC,RCE %,cal. err"
    return [names.split(","), *rows]


def _ablation(parts: Json) -> str:
    rows, idle = [], []
    for part in parts.values():
        name, by = f"{part['kind']} {part['name']}", part["differences"]
        earns, costs = (", ".join(part[way]) or "nothing" for way in ("earns", "costs"))
        cells = [value(by.get("value@10"), "+.4f"), value(by.get("ndcg@10"), "+.3f")]
        rows.append([name, *cells, f"{earns}; {costs}"])
        if not part["earns"]:
            idle.append(name)
    names = ["what it earns", "value@10", "ndcg@10", "improves; worsens"]
    return f"{text_table(names, rows)}\nearns nothing: {', '.join(idle) or 'none of them'}"


def _cells(figures: Json, columns: list[str]) -> list[str]:
    share = figures[columns[0]].get("share")
    return [
        *(interval(figures[name]) for name in columns[:WITH_INTERVAL]),
        *(value(figures[name], ".4f") for name in columns[WITH_INTERVAL:]),
        "" if share is None else f"{share:.1%}",
    ]


def rules(bought: list[Json]) -> str:
    """What each rule brought, and what that cost."""
    return text_table(RULE_COLUMNS, rule_rows(bought))


def rule_rows(bought: list[Json]) -> list[list[str]]:
    """The cells of `rules`, without the header."""
    return [
        [f"{row['product']}: {row['rule']}", f"{row['rows']:.2f}", f"{row['cost']:.2%}"]
        for row in bought
    ]
