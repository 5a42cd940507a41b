"""The sha256 of files, by which what is read is known to be what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ml.errors import BundleError


def of_file(path: Path) -> str:
    """The sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(folder: Path, files: Mapping[str, str], written: str, remedy: str) -> None:
    """Compare the files of a folder with what they were when `written`.

    Raises:
        BundleError: one of them is missing, or has changed on disk.
    """
    for name, digest in files.items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{path} is missing; {remedy}")
        if of_file(path) != digest:
            raise BundleError(
                f"{path} is not the file that was {written} (its sha256 differs); restore it, or "
                f"{remedy}"
            )
