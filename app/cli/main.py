"""foryou: every command of the project, each loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, NamedTuple

import typer

from ml import command

PASS_THROUGH: Final = {"allow_extra_args": True, "ignore_unknown_options": True}

foryou = typer.Typer(
    name="foryou",
    help="A For You feed that anyone can run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Delegated(NamedTuple):
    """A command of a module, whose own parser reads the options and prints their help."""

    name: str
    help: str
    module: str
    before: tuple[str, ...] = ()  # the arguments that choose it there


DELEGATED: Final = (
    Delegated("serve", "Serve timelines over HTTP.", "app.cli.serve_command"),
    Delegated("timeline", "Print one person's timeline.", "app.__main__", ("timeline",)),
    Delegated(
        "check", "Report what a dataset holds, and what is wrong.", "ml.__main__", ("check",)
    ),
    Delegated("train", "Train on a dataset and publish a bundle.", "app.cli.train"),
    Delegated("evaluate", "Measure the feed on what training never saw.", "evaluation.__main__"),
    Delegated(
        "simulate",
        "Let a synthetic world go on and use the feed.",
        "evaluation.__main__",
        ("simulate",),
    ),
    Delegated("describe", "Describe a dataset.", "evaluation.__main__", ("describe",)),
    Delegated("communities", "List the learned communities.", "ml.__main__", ("communities",)),
    Delegated("bundles", "List the bundles.", "ml.__main__", ("bundles",)),
    Delegated("log", "Copy an event log into Postgres.", "ml.__main__", ("log",)),
    Delegated("push", "Publish the current bundle for all machines.", "app.__main__", ("push",)),
    Delegated("promote", "Make a bundle the current one.", "ml.__main__", ("promote",)),
)


def _register(delegated: Delegated) -> None:
    @foryou.command(
        delegated.name,
        help=delegated.help,
        context_settings=PASS_THROUGH,
        add_help_option=False,
    )
    def run(context: typer.Context) -> None:
        main: Callable[..., int] = import_module(delegated.module).main
        prog = "foryou" if delegated.before else f"foryou {delegated.name}"
        command.run(lambda: main([*delegated.before, *context.args], prog))


for _delegated in DELEGATED:
    _register(_delegated)


@foryou.command()
def doctor() -> None:
    """Find what is wrong with this installation."""
    from app.cli import doctor  # loads what --help does not need

    command.run(doctor.report)


def main() -> None:
    """The console script."""
    foryou()
