"""The least that an answer over HTTP can cost: the same framework, the same response model, the
same body, and nothing to find out. `python -m evaluation.loadtest.bare FILE` serves that file."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from app.schemas.timeline import Timeline


def bare(content: Timeline) -> FastAPI:
    """Everybody gets the same."""
    app = FastAPI()

    @app.get("/timeline/{user_id}")
    async def timeline(user_id: str) -> Timeline:
        return content

    return app


def main() -> None:
    """Say where, then serve."""
    content = Timeline.model_validate_json(Path(sys.argv[1]).read_bytes())
    # asyncio sends without delay only on what is said to be TCP.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
    config = uvicorn.Config(bare(content), log_level="warning", access_log=False)
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main()
