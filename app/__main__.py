"""python -m app: serve, or print one person's timeline, or the OpenAPI document."""

from __future__ import annotations

import argparse
import os
import re
import socket
import sys
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from app import console
from app.api import openapi, serializers
from app.main import create_app, start
from app.observability import logs
from app.observability.metrics import SHARED
from app.schemas.values import ID_PATTERN, ID_WORDS
from app.serving.engine import Engine, build_engine
from app.serving.service import Service
from app.serving.write_snapshot import write_snapshot
from app.settings import PREFIX, InvalidSettingError, Settings, read_settings
from ml import command
from ml.errors import FeedError
from ml.event_log.sqlite import SqliteLog

BACKLOG: Final = 2_048  # connections that nobody has accepted yet
QUIETLY: Final[dict[str, Any]] = {
    "log_config": None,  # ours, with everything else
    "log_level": "warning",
    "access_log": False,  # `Observed` writes it
    "timeout_graceful_shutdown": 10,  # what is being answered has this many seconds
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser().parse_args(arguments)
    try:
        if given.command == "openapi":
            print(openapi.text(openapi.of(create_app())), end="")
            return 0
        if given.workers is not None:
            os.environ[f"{PREFIX}WORKERS"] = str(given.workers)
        settings = read_settings()
        if given.command == "timeline":
            logs.install(settings.log_format, settings.log_level)
            _print(settings, given.user_id, given.limit)
        elif given.command == "snapshot":
            _snapshot(settings)
        elif settings.workers > 1:
            _serve_together(settings)
        else:
            _serve(start(settings))
    except (FeedError, InvalidSettingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _print(settings: Settings, user_id: str, limit: int) -> None:
    """What the service would answer, and nobody remembers that it did."""
    with ExitStack() as stack:
        log = None
        if settings.log_file.exists():
            log = SqliteLog(settings.log_file)
            stack.callback(log.close)
        engine = build_engine(settings, log=log)
    query = engine.hydrate.query(user_id, limit)
    served = engine.products["for_you"].run(query)
    print(console.page(serializers.timeline(engine, user_id, query, served, request_id="console")))


def _snapshot(settings: Settings) -> None:
    os.nice(10)  # whoever answers goes first
    log = SqliteLog(settings.log_file)
    try:
        write_snapshot(settings, log)
    finally:
        log.close()


def _serve(service: Service) -> None:
    settings = service.engine.settings
    listening = _listening(settings.host, settings.port)
    config = uvicorn.Config(create_app(service=service), host=settings.host, **QUIETLY)
    _Server(config, service.engine).run([listening])


def _serve_together(settings: Settings) -> None:
    """Several processes at one address, which share the event log and count together."""
    listening = _listening(settings.host, settings.port)
    with TemporaryDirectory(prefix="foryou-metrics-") as counted:
        os.environ.setdefault(SHARED, counted)
        config = uvicorn.Config(
            "app.main:create_app", factory=True, workers=settings.workers, **QUIETLY
        )
        url = f"http://{settings.host}:{listening.getsockname()[1]}"
        print(f"For You at {url}, answered by {settings.workers} processes", flush=True)
        Multiprocess(config, [listening]).run()


def _listening(host: str, port: int) -> socket.socket:
    """A socket for requests, said to be TCP: on what is not, asyncio waits for more before it sends
    the rest of an answer, for 40 ms.

    Raises:
        InvalidSettingError: there can be none.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
        return listening
    except OSError as error:
        listening.close()
        reason = str(error.strerror).partition(" (")[0]
        raise InvalidSettingError(
            f"cannot listen on {host}, port {port}: {reason}; set FORYOU_HOST or FORYOU_PORT to "
            f"another (port 0 is any that is free)"
        ) from error


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
        host = "127.0.0.1" if anywhere else self.config.host
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        example = f"{url}/timeline/{openapi.reader(self.engine)}?explain=true"
        print(f"For You at {url}, for example {example}")
        print(f"Everything it answers: {url}/docs", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    parser.add_argument("--workers", type=int, help="processes that answer; FORYOU_WORKERS")
    commands = parser.add_subparsers(dest="command")
    timeline = commands.add_parser("timeline", help="print one person's timeline")
    commands.add_parser("openapi", help="print the document that is checked in as app/openapi.json")
    commands.add_parser("snapshot", help="write the state down, so that the next start is quick")
    timeline.add_argument("user_id", type=_id)
    timeline.add_argument("--limit", type=int, default=10, choices=range(1, 101), metavar="1-100")
    return parser


def _id(text: str) -> str:
    if not re.fullmatch(ID_PATTERN, text):
        raise argparse.ArgumentTypeError(f"expected {ID_WORDS}, not {text!r}")
    return text


if __name__ == "__main__":
    command.run(main)
