"""Bundles and states on disk: written aside, renamed into place, named by `current`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pydantic

from ml.bundle import probe as probes
from ml.bundle import weights
from ml.bundle.bundle import Bundle, Models
from ml.bundle.manifest import FORMAT, Manifest
from ml.errors import BundleError
from ml.features import NAMES
from ml.log.tables import Tables
from ml.models.heavy_ranker import HeavyRanker
from ml.models.safety import Safety
from ml.models.two_tower import TwoTower
from ml.state import snapshot
from ml.state.feature_state import FeatureState

CURRENT: Final = "current"
PREVIOUS: Final = "previous"
MANIFEST: Final = "manifest.json"


def publish(artifacts: Path, models: Models, manifest: Manifest, probe: probes.Probe) -> str:
    """Write a bundle and make it current; its version, a hash of its content."""
    with _aside(artifacts) as folder:
        weights.save(models.tower, folder / "two_tower.npz")
        weights.save(models.ranker, folder / "heavy_ranker.npz")
        if models.nsfw is not None:
            weights.save(models.nsfw, folder / "nsfw.npz")
        if models.toxicity is not None:
            weights.save(models.toxicity, folder / "toxicity.npz")
        probes.save(probe, models, folder)
        files = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
        text = manifest.model_copy(update={"files": files}).model_dump_json(indent=1) + "\n"
        (folder / MANIFEST).write_text(text)
        version = hashlib.sha256(text.encode()).hexdigest()[:12]
        _into_place(folder, artifacts / version)
    promote(artifacts, version)
    return version


def publish_state(artifacts: Path, state: FeatureState, tables: Tables, source: Path) -> None:
    """Write the state that serving starts from and make it current; older ones are left alone."""
    write_state(artifacts / "state", tables.fingerprint, state, source, tables.fingerprint)


def write_state(
    folder: Path, name: str, state: FeatureState, source: Path, fingerprint: str
) -> None:
    """Write a state into a folder of states and make it current there."""
    with _aside(folder) as aside:
        snapshot.save(state, aside, source, fingerprint)
        _into_place(aside, folder / name)
    _point(folder, name)


def forget_states(folder: Path) -> None:
    """Remove all states of a folder but the current one."""
    for path in folder.glob(f"*/{snapshot.ABOUT}"):
        if path.parent.name != current(folder):
            shutil.rmtree(path.parent)


def promote(artifacts: Path, version: str) -> None:
    """Make a bundle the current one.

    Raises:
        BundleError: there is no such bundle.
    """
    if not (artifacts / version / MANIFEST).is_file():
        raise BundleError(
            f"{artifacts} has no bundle {version!r}; there are: "
            f"{', '.join(versions(artifacts)) or 'none'}"
        )
    if (before := current(artifacts)) not in (None, version):
        _point(artifacts, str(before), PREVIOUS)
    _point(artifacts, version)


def rollback(artifacts: Path) -> str:
    """Make the bundle before the current one the current one; its version.

    Raises:
        BundleError: there is none.
    """
    before = current(artifacts, PREVIOUS)
    if before is None:
        raise BundleError(f"{artifacts} has had one bundle only, so there is nothing to go back to")
    promote(artifacts, before)
    return before


def versions(artifacts: Path) -> list[str]:
    """The bundles there are, by name."""
    return sorted(path.parent.name for path in artifacts.glob(f"*/{MANIFEST}"))


def load(artifacts: Path, version: str | None = None) -> Bundle | None:
    """A bundle, checked, the current one if none is named; None where nothing was ever published.

    Raises:
        BundleError: it is missing a file, damaged, or does not agree with this code.
    """
    version = version or current(artifacts)
    if version is None:
        return None
    folder = artifacts / version
    manifest = _read_manifest(folder)
    _check_files(folder, manifest)
    _check_features(folder, manifest)
    models = Models(
        weights.load(TwoTower(), folder / "two_tower.npz"),
        weights.load(HeavyRanker(), folder / "heavy_ranker.npz"),
        *(
            weights.load(Safety(), folder / name) if name in manifest.files else None
            for name in ("nsfw.npz", "toxicity.npz")
        ),
    )
    probes.verify(models, folder)
    return Bundle(version, manifest, models)


def load_state(artifacts: Path) -> FeatureState | None:
    """The state of all rows of the data that was last trained on; None where there is none.

    Raises:
        BundleError: it is missing or damaged.
    """
    fingerprint = state_fingerprint(artifacts)
    return snapshot.load(artifacts / "state" / fingerprint) if fingerprint else None


def state_fingerprint(artifacts: Path) -> str | None:
    """Which data the current state is of."""
    return current(artifacts / "state")


def state_source(artifacts: Path) -> Path | None:
    """The folder of tables that the current state was made of."""
    fingerprint = state_fingerprint(artifacts)
    return snapshot.source(artifacts / "state" / fingerprint) if fingerprint else None


def _read_manifest(folder: Path) -> Manifest:
    try:
        raw = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise BundleError(
            f"{folder / MANIFEST} cannot be read ({error}); retrain, or promote another bundle"
        ) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        found = raw.get("format") if isinstance(raw, dict) else None
        raise BundleError(
            f"bundle {folder.name} has format {found}, this code reads {FORMAT}; retrain"
        )
    try:
        return Manifest.model_validate(raw)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BundleError(
            f"{folder / MANIFEST}: {where}: {first['msg']}; retrain, or promote another bundle"
        ) from error


def _check_files(folder: Path, manifest: Manifest) -> None:
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{path} is missing; retrain, or promote another bundle")
        if _sha256(path) != digest:
            raise BundleError(
                f"{path} is not the file that was published (its sha256 differs from the "
                f"manifest's); restore it, retrain, or promote another bundle"
            )


def _check_features(folder: Path, manifest: Manifest) -> None:
    then, now = set(manifest.features), set(NAMES)
    if manifest.features == list(NAMES):
        return
    told = [
        f"{word}: {', '.join(sorted(names))}"
        for word, names in (("new", now - then), ("gone", then - now))
        if names
    ] or ["in another order"]
    raise BundleError(
        f"bundle {folder.name} was built with {len(manifest.features)} features, this code has "
        f"{len(NAMES)} ({'; '.join(told)}); retrain, or run the code that made it"
    )


@contextmanager
def _aside(artifacts: Path) -> Iterator[Path]:
    """A folder to write into; gone afterwards if it was not moved into place."""
    artifacts.mkdir(parents=True, exist_ok=True)
    folder = artifacts / f".aside.{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _into_place(folder: Path, target: Path) -> None:
    """Flush everything to disk, then rename; what stood there before makes way."""
    for path in folder.iterdir():
        _flush(path)
    _flush(folder)
    if target.exists():
        old = target.with_name(f".old.{target.name}")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        folder.rename(target)
        shutil.rmtree(old)
    else:
        folder.rename(target)
    _flush(target.parent)


def _point(folder: Path, name: str, pointer: str = CURRENT) -> None:
    """Make `current`, or another pointer, name something, in one step."""
    aside = folder / f".{pointer}.{os.getpid()}"
    aside.write_text(name + "\n")
    _flush(aside)
    aside.rename(folder / pointer)
    _flush(folder)


def current(folder: Path, which: str = CURRENT) -> str | None:
    """What `current`, or another pointer, names in a folder; None where there is none.

    Raises:
        BundleError: it is damaged.
    """
    pointer = folder / which
    if not pointer.is_file():
        return None
    name = pointer.read_text(errors="replace").strip()
    if not name.isalnum():
        raise BundleError(f"{pointer} names nothing; write a version into it, or train again")
    return name


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
