"""What is wrong with this installation and these artifacts, and what to do about it."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from app.cli.finding import Finding

OLDEST_PYTHON: Final = (3, 11)
PACKAGES: Final = ("app", "ml", "datagen", "evaluation")


def report() -> int:
    """Print every finding, a line each; 0 where all is well, else 1."""
    problems = 0
    for one in findings():
        problems += not one.is_fine
        print(f"{'ok' if one.is_fine else 'PROBLEM':<8} {one.subject:<12} {one.text}", flush=True)
    print(f"\n{problems} problem{'s' * (problems != 1)} found" if problems else "\nall is well")
    return int(problems > 0)


def findings() -> Iterator[Finding]:
    """Every check in turn: the installation, then the settings, then what they name."""
    yield check_python()
    yield check_packages()
    yield check_imports()
    try:
        artifacts = import_module("app.cli.doctor_artifacts")
        reading = import_module("app.read_settings")
    except (ImportError, OSError) as error:
        yield Finding("libraries", False, f"{error}; install foryou anew in a fresh environment")
        return
    try:
        settings = reading.read_settings()
    except reading.InvalidSettingError as error:
        yield Finding("settings", False, str(error))
        return
    yield Finding("settings", True, f"{len(settings.model_fields_set)} set in the environment")
    for check in artifacts.CHECKS:
        yield check(settings)


def check_python() -> Finding:
    """Python is new enough."""
    here = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return Finding("python", False, f"this is {here}; install Python 3.11 or newer")
    return Finding("python", True, here)


def check_packages() -> Finding:
    """Every requirement is installed."""
    try:
        needed = [one for one in requires("foryou") or () if "extra ==" not in one]
    except PackageNotFoundError:
        return Finding("packages", False, "foryou is not installed here; pip install foryou")
    missing = []
    for requirement in needed:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        text = f"not installed: {', '.join(missing)}; pip install {' '.join(missing)}"
        return Finding("packages", False, text)
    return Finding("packages", True, f"foryou {version('foryou')}, torch {version('torch')}")


def check_imports() -> Finding:
    """All our packages come from one place, and not from a project of the same names."""
    roots = {
        str(Path(spec.origin).parents[1])
        for name in PACKAGES
        if (spec := find_spec(name)) and spec.origin
    }
    if len(roots) > 1:
        places = " and ".join(sorted(roots))
        text = f"packages come from {places}; rename yours, or run from another folder"
        return Finding("imports", False, text)
    return Finding("imports", True, next(iter(roots), "nowhere"))
