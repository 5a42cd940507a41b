"""Bundles and states in a store, and the folder from which a machine serves them.

Folders never change once they have a name, and a pointer is moved when all of a folder is there; so
a reader finds the one before or the next, and no half of any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ml.bundle import training_source
from ml.bundle.disk import CURRENT, aside, current, into_place, point
from ml.bundle.object_store import S3, FolderStore, ObjectStore
from ml.errors import BundleError
from ml.state.storage import snapshot

STATE: Final = "state"
FOR_OTHERS: Final[Mapping[str, Callable[[Path], str]]] = {
    snapshot.ABOUT: snapshot.for_others,
    training_source.FILE: training_source.for_others,
}


def open_store(location: str) -> ObjectStore:
    """The store that a setting names.

    Raises:
        BundleError: it cannot be reached, or its driver is not installed.
    """
    if not location.startswith(S3):
        return FolderStore(Path(location))
    try:
        from ml.bundle.s3_store import S3Store  # an extra
    except ImportError as error:
        raise BundleError(
            f"a store in S3 needs its driver ({error}); pip install 'foryou[s3]'"
        ) from error
    return S3Store(location)


@dataclass(frozen=True, slots=True)
class Mirror:
    """One folder of named folders with a pointer to one of them, here and in a store."""

    store: ObjectStore
    folder: Path
    prefix: str = ""  # of its names in the store, with a slash at the end

    def push(self, older: int | None = None) -> str | None:
        """Copy the current one to the store, and point to it there; its name.

        Args:
            older: of how many before it, by name, the rest goes; None keeps all.

        Raises:
            BundleError: a file that is changed on the way is damaged, another was published
                meanwhile, or the store cannot be reached.
        """
        name = current(self.folder)
        if name is None:
            return None
        pointer = self.store.read(self.prefix + CURRENT)
        there = set(self.store.names(f"{self.prefix}{name}/"))
        for path in sorted((self.folder / name).iterdir()):
            key = f"{self.prefix}{name}/{path.name}"
            if key not in there:
                changed = FOR_OTHERS.get(path.name)  # no path of this machine leaves it
                content = changed(path.parent).encode() if changed else path.read_bytes()
                self.store.write(key, content)
        moved = name.encode() + b"\n"
        if pointer is None or pointer.data != moved:
            tag = pointer.tag if pointer else None
            if not self.store.swap(self.prefix + CURRENT, moved, tag):
                raise BundleError(f"another was published while {name} was copied; push it again")
        if older is not None:
            self._forget(name, older)
        return name

    def pull(self) -> bool:
        """Copy what the store points to, and point to it here; whether that is another.

        Raises:
            BundleError: the store cannot be reached, or lacks what it points to.
        """
        pointer = self.store.read(self.prefix + CURRENT)
        if pointer is None:
            return False
        name = pointer.data.decode(errors="replace").strip()
        if not name.isalnum():
            raise BundleError(f"{self.prefix}{CURRENT} in the store names nothing; push again")
        self.folder.mkdir(parents=True, exist_ok=True)
        if current(self.folder) == name and (self.folder / name).is_dir():
            return False
        if not (self.folder / name).is_dir():
            self._fetch(name)
        point(self.folder, name)
        return True

    def _fetch(self, name: str) -> None:
        keys = self.store.names(f"{self.prefix}{name}/")
        if not keys:
            raise BundleError(f"the store points to {name}, and has none; push again")
        with aside(self.folder) as folder:
            for key in keys:
                stored = self.store.read(key)
                if stored is None:
                    raise BundleError(f"{key} was removed from the store meanwhile; pull again")
                (folder / key.rpartition("/")[2]).write_bytes(stored.data)
            into_place(folder, self.folder / name)

    def _forget(self, name: str, older: int) -> None:
        keys = self.store.names(self.prefix)
        named = {key.removeprefix(self.prefix).partition("/")[0]: key for key in keys}
        before = sorted(one for one in named if one < name and one != CURRENT)
        gone = {f"{self.prefix}{one}/" for one in before[: len(before) - older]}
        for key in keys:
            if any(key.startswith(one) for one in gone):
                self.store.delete(key)


def push_artifacts(store: ObjectStore, artifacts: Path) -> str | None:
    """Copy the state of the tables and the current bundle, in this order; the bundle's version."""
    Mirror(store, artifacts / STATE, f"{STATE}/").push()
    return Mirror(store, artifacts).push()


def pull_artifacts(store: ObjectStore, artifacts: Path) -> bool:
    """Fetch both, where the store has others; whether the bundle is another."""
    Mirror(store, artifacts / STATE, f"{STATE}/").pull()
    return Mirror(store, artifacts).pull()
