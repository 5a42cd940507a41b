"""Serve: listen on an address, in one process or in several."""

from __future__ import annotations

import gc
import os
import socket
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import quote

import uvicorn

from app.api import openapi
from app.api.connections import accepted_at_once
from app.api.installed_protocol import installed
from app.cli.draining_server import DrainingServer
from app.cli.listening_socket import ListeningSocket
from app.cli.workers import CANNOT_START, Workers
from app.main import create_app, prepare_process, start, verifier
from app.observability.metrics import SHARED
from app.serving.engine import Engine
from app.serving.restore_state import check_there_is_something
from app.serving.service import Service
from app.serving.shared_engine import service_of, shared_engine
from app.settings import InvalidSettingError, Settings
from ml.errors import FeedError

QUIETLY: Final[dict[str, Any]] = {
    "log_config": None,  # ours, with everything else
    "log_level": "warning",
    "access_log": False,  # `Observed` writes it
    "server_header": False,  # which program this is, is nobody's concern
    "proxy_headers": False,  # the application reads them, from FORYOU_TRUSTED_PROXIES alone
    "timeout_graceful_shutdown": 10,  # seconds for the requests that are being answered
}


def serve(settings: Settings) -> None:
    """Serve until a signal ends it.

    Raises:
        FeedError: the artifacts or the log are damaged, or do not agree with this code.
        InvalidSettingError: a setting is not what it should be, or the address is taken.
    """
    if settings.workers > 1:
        verifier(settings)  # each worker has its own; this one finds what is wrong
        _serve_together(settings)
    else:
        _serve_alone(start(settings))


def _serve_alone(service: Service) -> None:
    settings = service.engine.settings
    listening = listen(settings.host, settings.port)
    limits = _limits(settings)
    config = uvicorn.Config(create_app(service=service), host=settings.host, **limits, **QUIETLY)
    _Server(config, service).run([listening])


def _serve_together(settings: Settings) -> None:
    """Several processes at one address, which share the event log, their metrics and, until they
    change it, the memory of what they serve.

    Raises:
        FeedError: there is nothing to serve, or no process could start.
    """
    check_there_is_something(settings)
    listening = listen(settings.host, settings.port)
    prepare_process(settings)
    engine = shared_engine(settings)
    gc.freeze()  # or a walk through them would write into all objects, and so copy them
    with TemporaryDirectory(prefix="foryou-metrics-") as counted:
        os.environ.setdefault(SHARED, counted)
        url = f"http://{settings.host}:{listening.getsockname()[1]}"
        print(f"For You at {url}, answered by {settings.workers} processes", flush=True)
        workers = Workers(settings.workers, lambda: _work(engine, listening))
        workers.run()
    if workers.failed_to_start:
        raise FeedError("a process could not start; what it logged last is the reason")


def _work(engine: Engine, listening: socket.socket) -> int:
    """One of several processes; its exit status."""
    prepare_process(engine.settings)
    service = service_of(engine)
    config = uvicorn.Config(create_app(service=service), **_limits(engine.settings), **QUIETLY)
    server = DrainingServer(config, service.announce_end, engine.settings.drain_seconds)
    server.run([listening])
    return 0 if server.started else CANNOT_START


def _limits(settings: Settings) -> dict[str, Any]:
    """What keeps one client from taking the place of another."""
    return {
        "http": installed(),
        "timeout_keep_alive": settings.idle_seconds,
        "backlog": accepted_at_once(),
    }


def listen(host: str, port: int) -> socket.socket:
    """A socket for requests, declared as TCP: on others asyncio leaves Nagle's algorithm on, which
    delays the rest of an answer by 40 ms.

    Raises:
        InvalidSettingError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = ListeningSocket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()
        return listening
    except OSError as error:
        listening.close()
        reason = str(error.strerror).partition(" (")[0]
        raise InvalidSettingError(
            f"cannot listen on {host}, port {port}: {reason}; set FORYOU_HOST or FORYOU_PORT to "
            f"another (port 0 is any that is free)"
        ) from error


class _Server(DrainingServer):
    """Prints its address once it listens."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config, service.announce_end, service.engine.settings.drain_seconds)
        self.engine = service.engine

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        port = self.servers[0].sockets[0].getsockname()[1]
        anywhere = self.config.host in ("0.0.0.0", "::")
        host = "127.0.0.1" if anywhere else self.config.host
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        reader = quote(openapi.reader(self.engine), safe="")
        example = f"{url}/timeline/{reader}?explain=true"
        print(f"For You at {url}, for example {example}")
        print(f"Everything it answers: {url}/docs", flush=True)
