"""Print the version of every package that this project and its extras for developers need."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires, version
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

EXTRAS: Final = ("postgres", "otlp", "test", "lint", "evaluation", "browser", "docs", "notebooks")
PROJECT: Final = Path(__file__).parents[1] / "pyproject.toml"


def main() -> None:
    """What `pip install -r` reads, in the order of names."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    found: dict[str, str] = {}
    add(
        [*project["dependencies"], *(line for extra in EXTRAS for line in extras[extra])], (), found
    )
    print("# Written by `make lock`: pip install -r deploy/requirements-dev.lock")
    for name, number in sorted(found.items()):
        print(f"{name}=={number}")


def add(lines: Iterable[str], extras: tuple[str, ...], found: dict[str, str]) -> None:
    """Add the versions of these requirements, and of what they need, by normal name.

    Raises:
        PackageNotFoundError: one is not installed.
    """
    for line in lines:
        one = Requirement(line)
        name = re.sub(r"[-_.]+", "-", one.name).lower()
        applies = not one.marker or any(
            one.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        )
        if applies and name not in found:
            found[name] = version(one.name).partition("+")[0]  # without a build such as cpu
            add(requires(one.name) or (), tuple(one.extras), found)


if __name__ == "__main__":
    main()
