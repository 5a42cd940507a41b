"""python -m evaluation.readme: write README's generated parts anew, between their markers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from app import console
from app.api import serializers
from app.api.json_response import encoded
from app.schemas.timeline import Timeline
from app.serving.engine import build_engine
from app.settings import PREFIX, Settings
from evaluation.report import terminal
from ml import bundle, command, threads
from ml.errors import BundleError, DataError, FeedError
from ml.features import GROUPS

README: Final = Path("README.md")
ARTIFACTS: Final = Path("artifacts")
VIEWER: Final = "42"
SHOWN: Final = 4  # tweets in README's timeline
CELL: Final = re.compile(r"\s+")

Part = Callable[[], str]


def features() -> str:
    """Every feature by group, with what it says of itself."""
    rows = ["| Group | Feature | What it is |", "|---|---|---|"]
    for group, members in GROUPS.items():
        rows += [f"| {group} | `{f.__name__}` | {_cell(f.__doc__)} |" for f in members]
    return "\n".join(rows)


def settings() -> str:
    """Every setting with its default and its sentence."""
    rows = ["| Setting | Default | What it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {_cell(field.description)} |")
    return "\n".join(rows)


def timeline() -> str:
    """The first tweets of somebody's timeline, as the command prints them."""
    engine = build_engine(Settings(artifacts=ARTIFACTS))
    query = engine.hydrate.query(VIEWER, SHOWN)
    served = engine.products["for_you"].run(query)
    answer = encoded(serializers.timeline(engine, VIEWER, query, served, request_id="readme"))
    return f"```\n{console.page(Timeline.model_validate_json(answer))}\n```"


def policies() -> str:
    """The product among its neighbours, as the last report has it."""
    return f"```\n{terminal.policies(_report())}\n```"


def heads() -> str:
    """Each head among its neighbours, as the last report has it."""
    return f"```\n{terminal.heads(_report()['heads'])}\n```"


def models() -> str:
    """Each model with its parameter count, from the manifest.

    Raises:
        BundleError: there is none.
    """
    trained = bundle.load(ARTIFACTS)
    if trained is None:
        raise BundleError(f"{ARTIFACTS} holds no bundle; run make train")
    counts = trained.manifest.parameters.items()
    rows = ["| Model | Parameters |", "|---|---|"]
    return "\n".join(rows + [f"| `{name}` | {count:,} |" for name, count in counts])


FIXED: Final[Mapping[str, Part]] = {"features": features, "settings": settings}
MEASURED: Final[Mapping[str, Part]] = {
    "timeline": timeline,
    "policies": policies,
    "heads": heads,
    "models": models,
}


def filled(text: str, parts: Mapping[str, Part]) -> str:
    """The text with each part between its markers.

    Raises:
        ValueError: a part has no place in the text.
    """
    for name, part in parts.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if begin not in text or end not in text:
            raise ValueError(f"the text has no place for {name!r}; add {begin} and {end}")
        head, tail = text.split(begin)[0], text.split(end)[1]
        text = f"{head}{begin}\n{part()}\n{end}{tail}"
    return text


def main() -> int:
    """Rewrite README.md; 2 where the reader must mend something."""
    threads.use_one()
    try:
        README.write_text(filled(README.read_text(), {**FIXED, **MEASURED}))
    except (FeedError, ValueError) as error:
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
