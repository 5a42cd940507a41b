"""Where machines without a common folder share bundles and states: a port, and the folder."""

from __future__ import annotations

import fcntl
import os
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple, Protocol

S3: Final = "s3://"


class Stored(NamedTuple):
    """An object as it was read."""

    data: bytes
    tag: str  # of this content, for `swap`


class ObjectStore(Protocol):
    """Objects by names like `a/b`. Every method raises a BundleError when it fails."""

    def read(self, name: str) -> Stored | None:
        """An object; None where there is none."""

    def write(self, name: str, data: bytes) -> None:
        """Write an object as a whole, whatever was there."""

    def swap(self, name: str, data: bytes, tag: str | None) -> bool:
        """Write an object only where it still has this tag, or, for None, where there is none;
        whether that was so."""

    def names(self, prefix: str) -> list[str]:
        """The names of all objects that begin with this, sorted."""

    def delete(self, name: str) -> None:
        """Remove an object, if it is there."""


class FolderStore:
    """Files in a folder, which one process writes at a time and others read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, name: str) -> Stored | None:
        try:
            data = (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        return Stored(data, _tag(data))

    def write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(path)

    def swap(self, name: str, data: bytes, tag: str | None) -> bool:
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            there = self.read(name)
            if (there.tag if there else None) != tag:
                return False
            self.write(name, data)
            return True

    def names(self, prefix: str) -> list[str]:
        files = (path for path in self._folder.rglob("*") if path.is_file())
        found = (str(path.relative_to(self._folder)) for path in files if path.name[0] != ".")
        return sorted(name for name in found if name.startswith(prefix))

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)


def _tag(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
