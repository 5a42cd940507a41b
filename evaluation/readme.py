"""python -m evaluation.readme: write the generated parts of README and docs anew, between their
markers."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from app import console
from app.api import openapi, serializers
from app.api.json_response import encoded
from app.observability.families import FAMILIES
from app.schemas.timeline import Timeline
from app.serving.engine import build_engine
from app.settings import PREFIX, Settings
from evaluation.report import terminal
from ml import bundle, command, threads
from ml.errors import BundleError, DataError, FeedError
from ml.evidence import columns
from ml.features import GROUPS
from ml.heads import HEADS
from ml.schema import TABLES

ARTIFACTS: Final = Path("artifacts")
OPENAPI: Final = Path(openapi.__file__).parents[1] / "openapi.json"
VIEWER: Final = "42"
SHOWN: Final = 3  # tweets in README's timeline
SUMMARY: Final = ("", "value@10", "share", "ndcg@10", "unsafe@10")  # columns in README
CELL: Final = re.compile(r"\s+")

Rows = Iterable[Sequence[str]]


class Block(NamedTuple):
    """A generated part, and the document that holds it."""

    file: str
    name: str
    part: Callable[[], str]


def features() -> str:
    """Every feature by group, with its docstring."""
    rows = [[g, f"`{f.__name__}`", _cell(f.__doc__)] for g, fs in GROUPS.items() for f in fs]
    return markdown(["Group", "Feature", "What it is"], rows)


def evidence() -> str:
    """Every column of evidence, by what it comes from."""
    groups = {**columns.GROUPS, "features": columns.OF_FEATURES}
    groups |= {columns.IF_NEW: columns.CROSSED, columns.IF_UNKNOWN: columns.UNKNOWN}
    rows = []
    for group, names in groups.items():
        ending = group if group.startswith("_") else ""
        rows.append([", ".join(f"`{name}{ending}`" for name in names), columns.ABOUT[group]])
    return markdown(["Evidence", "What it says of a tweet"], rows)


def settings() -> str:
    """Every setting with its default and its sentence."""
    rows = [
        [
            f"`{PREFIX}{name.upper()}`",
            "" if field.default is None else f"`{field.default}`",
            _cell(field.description),
        ]
        for name, field in Settings.model_fields.items()
    ]
    return markdown(["Setting", "Default", "What it does"], rows)


def tables() -> str:
    """Every column of every table."""
    needed = {(True, True): "always", (True, False): "where the table is there"}
    rows = [
        [
            f"`{table.name}`",
            f"`{field.name}`",
            _cell(field.kind.value.partition(" (")[0]),  # the form of each kind stands below it
            needed.get((field.required, table.required), ""),
        ]
        for table in TABLES
        for field in table.fields
    ]
    return markdown(["Table", "Column", "What it holds", "Required"], rows)


def heads() -> str:
    """Every head: what it predicts, and its share in the preset `balanced`."""
    rows = [
        [f"`{head.name}`", ", ".join(f"`{a.label}`" for a in head.actions), f"{head.balance:g}"]
        for head in HEADS
    ]
    return markdown(["Head", "That the viewer will", "Share in `balanced`"], rows)


def operations() -> str:
    """Every operation of the API, with its parameters."""
    rows = []
    for path, methods in json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"].items():
        for method, operation in methods.items():
            parameters = operation.get("parameters", ())
            query = [f"`{one['name']}`" for one in parameters if one["in"] == "query"]
            what = f"`{method.upper()} {path}`"
            rows.append([what, _cell(operation["description"]), " ".join(query)])
    return markdown(["Operation", "What it does", "Parameters"], rows)


def metrics() -> str:
    """Every family of metrics that requests add to."""
    rows = [
        [
            f"`{family.name}`",
            type(family).__name__.lower(),
            " ".join(f"`{label}`" for label in family.labels),
            _cell(family.about),
        ]
        for family in FAMILIES
    ]
    return markdown(["Metric", "Kind", "Labels", "What it counts"], rows)


def timeline() -> str:
    """The first tweets of one viewer's timeline, as the command prints them."""
    engine = build_engine(Settings(artifacts=ARTIFACTS))
    query = engine.hydrate.query(VIEWER, SHOWN)
    served = engine.products["for_you"].run(query)
    answer = encoded(serializers.timeline(engine, VIEWER, query, served, request_id="readme"))
    return f"```\n{console.page(Timeline.model_validate_json(answer))}\n```"


def summary() -> str:
    """The product among its neighbours by a few figures, as the last report has it."""
    report = _report()
    header, *rows = terminal.policy_rows({**report, "sources": {}})
    columns = [header.index(name) for name in SUMMARY]
    return markdown(SUMMARY, ([row[column] for column in columns] for row in rows))


def policies() -> str:
    """The product and each source among their neighbours, as the last report has it."""
    header, *rows = terminal.policy_rows(_report())
    return markdown(header, rows)


def head_figures() -> str:
    """Each head among its neighbours, as the last report has it."""
    header, *rows = terminal.head_rows(_report()["heads"])
    return markdown(header, rows)


def models() -> str:
    """Each model with its parameter count, from the manifest.

    Raises:
        BundleError: there is none.
    """
    trained = bundle.load(ARTIFACTS)
    if trained is None:
        raise BundleError(f"{ARTIFACTS} holds no bundle; run make train")
    counts = trained.manifest.parameters.items()
    return markdown(["Model", "Parameters"], [[f"`{name}`", f"{n:,}"] for name, n in counts])


FIXED: Final = (
    Block("docs/reference/features.md", "features", features),
    Block("docs/reference/features.md", "heads", heads),
    Block("docs/reference/features.md", "evidence", evidence),
    Block("docs/reference/settings.md", "settings", settings),
    Block("docs/reference/tables.md", "tables", tables),
    Block("docs/reference/api.md", "operations", operations),
    Block("docs/reference/metrics.md", "metrics", metrics),
)
MEASURED: Final = (
    Block("README.md", "timeline", timeline),
    Block("README.md", "summary", summary),
    Block("docs/how-good.md", "policies", policies),
    Block("docs/how-good.md", "heads", head_figures),
    Block("docs/architecture.md", "models", models),
)


def filled(text: str, block: Block) -> str:
    """The text of a document with the block between its markers.

    Raises:
        ValueError: the text has no place for it.
    """
    begin, end = f"<!-- {block.name}:begin -->", f"<!-- {block.name}:end -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise ValueError(f"{block.file} has no place for {block.name!r}; add {begin} and {end}")
    head, tail = text.split(begin)[0], text.split(end)[1]
    return f"{head}{begin}\n{block.part()}\n{end}{tail}"


def markdown(header: Sequence[str], rows: Rows) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrite the documents; 2 where the reader must mend something."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.readme", description=__doc__)
    parser.add_argument("--fixed", action="store_true", help="only what needs no artifacts")
    given = parser.parse_args(arguments)
    threads.use_one()
    try:
        for block in FIXED if given.fixed else (*FIXED, *MEASURED):
            file = Path(block.file)
            file.write_text(filled(file.read_text(encoding="utf-8"), block), encoding="utf-8")
    except (FeedError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _report() -> dict[str, Any]:
    """What the last evaluation found.

    Raises:
        DataError: there was none, or the bundle has changed since.
    """
    path = ARTIFACTS / "report" / "report.json"
    if not path.is_file():
        raise DataError(f"there is no {path}; run make evaluate")
    report: dict[str, Any] = json.loads(path.read_text())
    if report["protocol"]["bundle"] != bundle.current(ARTIFACTS):
        raise DataError(f"{path} is not of the current bundle; run make evaluate")
    return report


def _cell(text: str | None) -> str:
    return CELL.sub(" ", text or "").strip().replace("|", "\\|")


if __name__ == "__main__":
    command.run(main)
