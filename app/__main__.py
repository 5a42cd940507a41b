"""python -m app: serve, or print one person's timeline, or the OpenAPI document."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from app.api import openapi
from app.cli.serve import serve
from app.cli.snapshot import snapshot
from app.cli.timeline import print_timeline
from app.main import create_app
from app.observability import logs
from app.read_settings import read_settings
from app.serving.shared_artifacts import push
from app.settings import PREFIX, InvalidSettingError
from ml import command, ids
from ml.errors import FeedError

OPTIONS: Final[Mapping[str, str]] = {  # settings that may be given here as well
    "host": "the address to listen on",
    "port": "the port to listen on; 0 for any that is free",
    "workers": "processes that answer",
}


def main(arguments: Sequence[str] | None = None, prog: str = "python -m app") -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser(prog).parse_args(arguments)
    try:
        if given.command == "openapi":
            print(openapi.text(create_app().openapi()), end="")
            return 0
        for name in OPTIONS:
            if (value := getattr(given, name)) is not None:
                os.environ[f"{PREFIX}{name.upper()}"] = value
        settings = read_settings()
        if given.command == "timeline":
            logs.install(settings.log_format, settings.log_level)
            print_timeline(settings, given.user_id, given.limit)
        elif given.command == "push":
            push(settings)
        elif given.command == "snapshot":
            snapshot(settings)
        else:
            serve(settings)
    except (FeedError, InvalidSettingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="Serve timelines over HTTP.")
    for name, meaning in OPTIONS.items():
        parser.add_argument(f"--{name}", help=f"{meaning}; {PREFIX}{name.upper()}")
    commands = parser.add_subparsers(dest="command")
    timeline = commands.add_parser("timeline", help="print one person's timeline")
    commands.add_parser("openapi", help="print the document that is checked in as app/openapi.json")
    commands.add_parser("push", help="publish the current bundle in FORYOU_STORE, for all machines")
    commands.add_parser("snapshot", help="write the state down, so that the next start is quick")
    timeline.add_argument("user_id", type=_id)
    timeline.add_argument("--limit", type=int, default=10, choices=range(1, 101), metavar="1-100")
    return parser


def _id(text: str) -> str:
    if (objection := ids.objection(text)) is not None:
        raise argparse.ArgumentTypeError(f"{objection}; expected {ids.WORDS}, not {text!r}")
    return text


if __name__ == "__main__":
    command.run(main)
