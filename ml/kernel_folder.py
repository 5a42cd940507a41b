"""Where compiled kernels are kept: a folder for each version of the sources they come from."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

from ml.environment import artifacts, setting

KERNELS: Final = "FORYOU_KERNELS"  # a setting of the service as well: app/process_settings.py
CACHE: Final = "NUMBA_CACHE_DIR"  # which numba reads when it is imported
KEPT: Final = 2  # folders, this process's among them, whether they are in use or not
IN_USE: Final = "in-use"  # a file in each, which the processes that use it hold locked
ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = ("ml", "app")
KERNEL: Final = re.compile(r"^@(\w+_)?kernel$", re.MULTILINE)
IMPORT: Final = re.compile(r"^from ((?:ml|app)[\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)


def prepare() -> Path | None:
    """The folder of this process, which can be written; None where nothing can be.

    It lies in `FORYOU_KERNELS`, by default in `kernels` among the artifacts. Where that cannot be
    written, or there are no artifacts yet, it is a temporary folder that begins as a copy.
    """
    name = fingerprint()
    inherited = Path(os.environ.get(CACHE, ""))
    if inherited.name == name and _is_writable(inherited):
        _hold(inherited)
        return inherited  # a parent process prepared it
    folder = root() / name
    is_given = setting(KERNELS) or artifacts().is_dir()  # there are none before training
    if is_given and _is_writable(folder):
        _hold(folder)
        _sweep(folder)
        return folder
    return _temporary(folder)


def root() -> Path:
    """Where the folders of all versions lie."""
    return Path(setting(KERNELS) or artifacts() / "kernels").resolve()


def keep(folder: Path, among: Path) -> None:
    """Copy what was compiled before there were artifacts to where it is looked for among them."""
    target = among / "kernels" / folder.name
    if not setting(KERNELS) and not target.exists():
        shutil.copytree(folder, target)


def fingerprint() -> str:
    """A hash of all that compiled kernels are made from and that numba itself does not compare.

    Numba compares the one file that a kernel is in; but a kernel calls those of other files, and
    holds the constants of other files as they were.
    """
    digest = hashlib.sha256(f"{version('numba')} {sys.version} {platform.machine()}".encode())
    for name, value in sorted(os.environ.items()):
        if name.startswith("NUMBA_") and name != CACHE:
            digest.update(f"{name}={value}".encode())
    for text in _sources():
        digest.update(text.encode())
    return digest.hexdigest()[:12]


def _sources() -> Iterator[str]:
    """The modules that have kernels, and all that those import, directly or not."""
    texts = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text(encoding="utf-8")
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    }
    waiting = [name for name, text in texts.items() if KERNEL.search(text)]
    found = set(waiting)
    while waiting:
        for module, names in IMPORT.findall(texts[waiting.pop()]):
            inside = (f"{module}.{name}" for name in re.findall(r"\w+", names))
            new = texts.keys() & {module, f"{module}.__init__", *inside} - found
            found |= new
            waiting += new
    return (f"{name}\n{texts[name]}" for name in sorted(found))


def _is_writable(folder: Path) -> bool:
    """Numba asks the same, even to read."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def _temporary(folder: Path) -> Path | None:
    try:
        parent = Path(tempfile.mkdtemp(prefix="foryou-kernels-"))
        atexit.register(shutil.rmtree, parent, ignore_errors=True)
        copy = parent / folder.name
        if folder.is_dir():
            shutil.copytree(folder, copy)
        return copy if _is_writable(copy) else None
    except OSError:
        return None


def _hold(folder: Path) -> None:
    """Let nobody remove it before this process ends, where its file system has locks."""
    with suppress(OSError):
        while True:
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
            stays_open = os.open(folder / IN_USE, os.O_RDONLY | os.O_CREAT, 0o666)
            fcntl.flock(stays_open, fcntl.LOCK_SH)
            if os.fstat(stays_open).st_nlink:
                return
            os.close(stays_open)  # it was removed while this waited for the lock


def _sweep(folder: Path) -> None:
    """Remove folders of other sources, but for those in use and the one last used."""
    used = []
    for path in folder.parent.iterdir():
        with suppress(OSError):  # another process may have removed it
            if path.is_dir() and path != folder:
                used.append((path.stat().st_mtime, path))
    for _, path in sorted(used, reverse=True)[KEPT - 1 :]:
        with suppress(OSError), (path / IN_USE).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
