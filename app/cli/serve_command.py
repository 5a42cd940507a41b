"""foryou serve: reads its options, and serves."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from app.cli.serve import serve
from app.read_settings import read_settings
from app.settings import PREFIX, InvalidSettingError
from ml import command
from ml.errors import FeedError

OPTIONS: Final[Mapping[str, str]] = {  # settings that may be given here as well
    "host": "the address to listen on",
    "port": "the port to listen on; 0 for any that is free",
    "workers": "processes that answer",
}


def main(arguments: Sequence[str] | None = None, prog: str = "foryou serve") -> int:
    """Serve until a signal ends it; 2 where the reader must mend something."""
    parser = command.Parser(prog=prog, description="Serve timelines over HTTP.")
    add_options(parser)
    export(parser.parse_args(arguments))
    try:
        serve(read_settings())
    except (FeedError, InvalidSettingError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the settings that may be given as options."""
    for name, meaning in OPTIONS.items():
        parser.add_argument(f"--{name}", help=f"{meaning}; {PREFIX}{name.upper()}")


def export(given: argparse.Namespace) -> None:
    """Set those that were given, for this process and its workers."""
    for name in OPTIONS:
        if (value := getattr(given, name)) is not None:
            os.environ[f"{PREFIX}{name.upper()}"] = value
