"""The least that an answer over HTTP can cost: the same framework, the same response model, the
same body, and nothing to find out. `python -m evaluation.loadtest.bare FILE` serves that file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from app.schemas.timeline import Timeline


def bare(content: Timeline) -> FastAPI:
    """Every request gets the same answer."""
    app = FastAPI()

    @app.get("/timeline/{user_id}")
    async def timeline(user_id: str) -> Timeline:
        return content

    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {}

    return app


def main() -> None:
    """Serve a file at FORYOU_PORT."""
    content = Timeline.model_validate_json(Path(sys.argv[1]).read_bytes())
    port = int(os.environ["FORYOU_PORT"])
    uvicorn.run(bare(content), port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
