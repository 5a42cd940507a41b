"""Reads the arguments of a command, runs it, and turns interrupts, closed pipes and I/O errors into
exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import takewhile
from typing import Any, Final, NoReturn

INTERRUPTED: Final = 128 + 2  # as a shell reports SIGINT and SIGPIPE
READER_LEFT: Final = 128 + 13


class Parser(argparse.ArgumentParser):
    """A parser that answers an option which there is not with the nearest that there is."""

    def parse_args(self, args: Iterable[str] | None = None, namespace: Any = None) -> Any:
        words = sys.argv[1:] if args is None else [*args]
        anywhere = [*_every_option(self)]
        for place, word in enumerate(takewhile(lambda word: word != "--", words)):
            name = word.partition("=")[0]
            if name.startswith("--") and not any(one.startswith(name) for one in anywhere):
                _refuse([word], _chosen(self, words[:place]))  # before its value is taken for one
        given, left = self.parse_known_args(words, namespace)
        if left:
            _refuse(_named(left), _chosen(self, words))
        return given


def _named(left: Sequence[str]) -> Sequence[str]:
    """The options among what was not understood, or all of it."""
    return [one for one in left if one.startswith("-")] or left


def _objection(argument: str, options: Sequence[str]) -> str:
    name = argument.partition("=")[0]
    if not name.startswith("-"):
        return f"nothing is expected at {argument!r}"
    near = get_close_matches(name, options, n=1)
    return f"no such option {name}" + (f"; is it {near[0]}?" if near else "; see --help")


def _refuse(arguments: Sequence[str], parser: argparse.ArgumentParser) -> NoReturn:
    """End with what the parser of a command has against them."""
    options = [name for action in parser._actions for name in action.option_strings]
    parser.error("; ".join(_objection(one, options) for one in arguments))


def _chosen(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the command that is among these words, or the one that was given."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            named = (action.choices[word] for word in words if word in action.choices)
            return next(named, parser)
    return parser


def _every_option(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Those of all commands."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _every_option(command)


def run(main: Callable[[], int]) -> NoReturn:
    """Exit with the status that `main` returns, without a traceback for a closed pipe."""
    try:
        try:
            code = main()
        finally:
            print(end="", flush=True)  # here, where it may fail
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        code = READER_LEFT
        _write_no_more()
    except OSError as error:
        code = 2
        print(f"error: {error}", file=sys.stderr)
        _write_no_more()
    sys.exit(code)


def _write_no_more() -> None:
    """Redirect stdout to the null device, so that the flush at exit cannot fail again."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
