"""python -m evaluation.examples: the answers that the document of the API shows, from a service
that runs on the trained world."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from app.api import openapi
from app.main import create_app
from app.settings import Settings
from evaluation.client import InProcess
from evaluation.loadtest.command import Given
from evaluation.loadtest.reload import copied
from ml import command
from ml.environment import artifacts

SHOWN: Final = 2  # of a list
Json = Any  # what JSON can hold


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask a copy of the service for everything, as the document's own examples do."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.examples", description=__doc__)
    parser.add_argument("--artifacts", type=Path, default=artifacts())
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as name:
        copy = copied(Given(given.artifacts, 0, given), Path(name)).artifacts
        settings = Settings(artifacts=copy, log=Path(name) / "events.db", log_level="error")
        found = asyncio.run(_answers(settings))
    openapi.ANSWERS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(found)} answers in {openapi.ANSWERS}")
    return 0


async def _answers(settings: Settings) -> dict[str, Json]:
    """The answer to the example of each operation, by its id; none where that is refused."""
    app, found = create_app(settings), dict[str, Json]()
    async with InProcess.open(app) as service:
        for one in openapi.requests(app.openapi()):
            path = one.path.replace(
                openapi.REQUEST, found.get("timeline", {}).get("request_id", "")
            )
            answer = await service.send(one.method, path, one.body)
            if answer.status == 200 and one.is_json:
                found[one.operation] = shortened(answer.json)
    return dict(sorted(found.items()))


def shortened(answer: Json) -> Json:
    """An answer with the first entries of each list."""
    if isinstance(answer, dict):
        return {name: shortened(one) for name, one in answer.items()}
    return [shortened(one) for one in answer[:SHOWN]] if isinstance(answer, list) else answer


if __name__ == "__main__":
    command.run(main)
