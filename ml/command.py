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
        for word in takewhile(lambda word: word != "--", words):
            name = word.partition("=")[0]
            if name.startswith("--") and not any(one.startswith(name) for one in anywhere):
                self.error(_objection(word, anywhere))  # before its value is taken for a command
        given, left = self.parse_known_args(words, namespace)
        if left:
            names = _options(self, given)
            self.error("; ".join(_objection(one, names) for one in _named(left)))
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


def _options(parser: argparse.ArgumentParser, given: argparse.Namespace) -> list[str]:
    """The options of the command that was chosen."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            chosen = action.choices.get(str(getattr(given, action.dest, "")))
            if chosen is not None:
                return _options(chosen, given)
    return [name for action in parser._actions for name in action.option_strings]


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
