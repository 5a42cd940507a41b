"""python -m app: serve, or print one person's timeline, or the OpenAPI document."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from app.api import openapi
from app.cli import serve_command
from app.cli.serve import serve
from app.cli.snapshot import snapshot
from app.cli.timeline import print_timeline
from app.main import create_app
from app.observability import logs
from app.read_settings import read_settings
from app.serving.shared_artifacts import push
from app.settings import InvalidSettingError
from ml import command, ids
from ml.errors import FeedError

MOST_TWEETS: Final = 100


def main(arguments: Sequence[str] | None = None, prog: str = "python -m app") -> int:
    """Run one command; 2 where the reader must mend something."""
    given = _parser(prog).parse_args(arguments)
    try:
        if given.command == "openapi":
            print(openapi.text(create_app().openapi()), end="")
            return 0
        serve_command.export(given)
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
    parser = command.Parser(prog=prog, description="Serve timelines over HTTP.")
    serve_command.add_options(parser)
    commands = parser.add_subparsers(dest="command")
    timeline = commands.add_parser("timeline", help="print one person's timeline")
    commands.add_parser("openapi", help="print the document that is checked in as app/openapi.json")
    commands.add_parser("push", help="publish the current bundle in FORYOU_STORE, for all machines")
    commands.add_parser("snapshot", help="write the state down, so that the next start is quick")
    timeline.add_argument("user_id", type=_id, help="whose; an id nobody has is a newcomer")
    timeline.add_argument(
        "--limit", type=_limit, default=10, metavar="1-100", help="how many tweets (10)"
    )
    return parser


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_TWEETS):
        raise argparse.ArgumentTypeError(f"expected a number in 1-{MOST_TWEETS}, not {text!r}")
    return int(text)


def _id(text: str) -> str:
    if (objection := ids.objection(text)) is not None:
        raise argparse.ArgumentTypeError(f"{objection}; expected {ids.WORDS}, not {text!r}")
    return text


if __name__ == "__main__":
    command.run(main)
