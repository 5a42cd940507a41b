"""What is wrong with this installation and these artifacts, and what to do about it."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from app.cli.serve import listen
from app.read_settings import read_settings
from app.settings import InvalidSettingError, Settings
from ml import bundle
from ml.bundle import state_fingerprint, state_source
from ml.dataset.files import fingerprint
from ml.errors import FeedError
from ml.event_log.open_log import open_log

OLDEST_PYTHON: Final = (3, 11)
LEAST_FREE_BYTES: Final = 500 * 2**20
PACKAGES: Final = ("app", "ml", "datagen", "evaluation")


class Finding(NamedTuple):
    """The result of one check: what was looked at, whether it is fine, and what was found."""

    subject: str
    is_fine: bool
    text: str


def report() -> int:
    """Print every finding, a line each; 0 where all is well, else 1."""
    found = list(findings())
    for one in found:
        print(f"{'ok' if one.is_fine else 'PROBLEM':<8} {one.subject:<12} {one.text}")
    problems = sum(not one.is_fine for one in found)
    print(f"\n{problems} problem{'s' * (problems != 1)} found" if problems else "\nall is well")
    return int(problems > 0)


def findings() -> Iterator[Finding]:
    """Every check in turn; those of the artifacts need settings that can be read."""
    yield from map(_checked, INSTALLATION)
    try:
        settings = read_settings()
    except InvalidSettingError as error:
        yield Finding("settings", False, str(error))
        return
    yield Finding("settings", True, f"{len(settings.model_fields_set)} set in the environment")
    for check in ARTIFACTS:
        yield _checked(lambda check=check: check(settings))  # type: ignore[misc]


def _checked(check: Callable[[], Finding]) -> Finding:
    """A check's finding; an error that a reader can mend is one."""
    name = getattr(check, "__name__", "").strip("_")
    try:
        return check()
    except Problem as problem:
        return Finding(problem.subject, False, str(problem))
    except (FeedError, InvalidSettingError, OSError) as error:
        return Finding(name if name != "<lambda>" else "artifacts", False, str(error))


class Problem(Exception):
    """Something that a check found to be wrong."""

    def __init__(self, subject: str, text: str) -> None:
        super().__init__(text)
        self.subject = subject


def _python() -> Finding:
    here = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        raise Problem("python", f"this is {here}; install Python 3.11 or newer")
    return Finding("python", True, here)


def _packages() -> Finding:
    """Every requirement is installed."""
    missing = []
    for requirement in requires("foryou") or ():
        if "extra ==" not in requirement:
            name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
            try:
                version(name)
            except PackageNotFoundError:
                missing.append(name)
    if missing:
        raise Problem("packages", f"not installed: {', '.join(missing)}; pip install foryou")
    return Finding("packages", True, f"foryou {version('foryou')}, torch {version('torch')}")


def _shadows() -> Finding:
    """All our packages come from one place, and not from a project of the same names."""
    roots = {
        str(Path(spec.origin).parents[1])
        for name in PACKAGES
        if (spec := find_spec(name)) and spec.origin
    }
    if len(roots) > 1:
        places = " and ".join(sorted(roots))
        raise Problem(
            "imports", f"packages come from {places}; rename yours or run from another folder"
        )
    return Finding("imports", True, next(iter(roots), "nowhere"))


def _folder(settings: Settings) -> Finding:
    folder = settings.artifacts
    if not folder.is_dir():
        raise Problem("artifacts", f"there is no folder {folder}; run foryou train --out {folder}")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise Problem("artifacts", f"{free / 2**20:.0f} MB are free in {folder}; make room")
    return Finding("artifacts", True, f"{folder.resolve()}, {free / 2**30:.1f} GB free")


def _bundle(settings: Settings) -> Finding:
    """A bundle is there, whole, and computes here what it did in training."""
    try:
        loaded = bundle.load(settings.artifacts, settings.bundle)
    except FeedError as error:
        raise Problem("bundle", str(error)) from error
    if loaded is None:
        train = f"foryou train --data DIR --out {settings.artifacts}"
        raise Problem("bundle", f"{settings.artifacts} holds no bundle; run {train}")
    missing = [name for name in loaded.manifest.missing if ":" in name]
    without = f", without {', '.join(missing)}" if missing else ""
    return Finding("bundle", True, f"{loaded.version} passes its probe{without}")


def _state(settings: Settings) -> Finding:
    """The state is there, and is that of the tables as they are now."""
    try:
        named = state_fingerprint(settings.artifacts)
    except FeedError as error:
        raise Problem("state", str(error)) from error
    if named is None:
        raise Problem("state", f"{settings.artifacts} names no state; train again")
    data = settings.data_dir or state_source(settings.artifacts)
    if data is not None and data.is_dir() and fingerprint(data) != named:
        raise Problem("state", f"the tables in {data} have changed since; train again")
    return Finding("state", True, f"of {data}")


def _log(settings: Settings) -> Finding:
    path = settings.log_file
    if not path.exists():
        return Finding("event log", True, f"{path} will be begun by the first start")
    try:
        with closing(open_log(path)) as log:
            return Finding("event log", True, f"{path}, {log.end:,} records")
    except FeedError as error:
        raise Problem("event log", str(error)) from error


def _port(settings: Settings) -> Finding:
    try:
        listen(settings.host, settings.port).close()
    except InvalidSettingError as error:
        raise Problem("port", str(error)) from error
    return Finding("port", True, f"{settings.host}, port {settings.port} is free")


INSTALLATION: Final = (_python, _packages, _shadows)
ARTIFACTS: Final = (_folder, _bundle, _state, _log, _port)
