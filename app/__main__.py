"""python -m app: serve, or print one person's timeline, or the OpenAPI document."""

from __future__ import annotations

import argparse
import socket
import sys

import uvicorn

from app import console
from app.api import openapi, respond
from app.engine import Engine
from app.main import create_app, start
from app.settings import InvalidSettingError, read_settings
from ml.errors import FeedError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "openapi":
            print(openapi.text(openapi.of(create_app())), end="")
            return 0
        engine = start(read_settings())
        if given.command == "timeline":
            _print(engine, given.user_id, given.limit)
        else:
            _serve(engine)
    except (FeedError, InvalidSettingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _print(engine: Engine, user_id: str, limit: int) -> None:
    query = engine.hydrate.query(user_id, limit)
    served = engine.products["for_you"].run(query)
    print(console.page(respond.timeline(engine, user_id, query, served, request_id="console")))


def _serve(engine: Engine) -> None:
    config = uvicorn.Config(
        create_app(engine.settings, engine),
        host=engine.settings.host,
        port=engine.settings.port,
        log_config=None,  # ours, with everything else
        log_level="warning",
        access_log=False,  # `Observed` writes it
        timeout_graceful_shutdown=10,  # what is being answered has this many seconds
    )
    _Server(config, engine).run()


class _Server(uvicorn.Server):
    """Says where it is once it listens."""

    def __init__(self, config: uvicorn.Config, engine: Engine) -> None:
        super().__init__(config)
        self.engine = engine

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        port = self.servers[0].sockets[0].getsockname()[1]
        anywhere = self.config.host in ("0.0.0.0", "::")
        url = f"http://{'127.0.0.1' if anywhere else self.config.host}:{port}"
        example = f"{url}/timeline/{openapi.reader(self.engine)}?explain=true"
        print(f"For You at {url}, for example {example}")
        print(f"Everything it answers: {url}/docs", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    timeline = commands.add_parser("timeline", help="print one person's timeline")
    commands.add_parser("openapi", help="print the document that is checked in as app/openapi.json")
    timeline.add_argument("user_id")
    timeline.add_argument("--limit", type=int, default=10, choices=range(1, 101), metavar="1-100")
    return parser


if __name__ == "__main__":
    sys.exit(main())
