"""Bundles on disk: publish, promote, roll back, list and load with checks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final, TypeVar

import pydantic

from ml.bundle import leaderboard, training_source, weights
from ml.bundle import probe as probes
from ml.bundle.bundle import Bundle, Models
from ml.bundle.disk import CURRENT, REPLACED, aside, current, into_place, point, recover
from ml.bundle.manifest import FORMAT, Manifest
from ml.bundle.training_source import TrainingSource
from ml.embeddings.als import Als
from ml.embeddings.communities import Communities
from ml.errors import BundleError
from ml.evidence.columns import NAMES as EVIDENCE
from ml.features import NAMES
from ml.models.heavy_ranker import HeavyRanker
from ml.models.listwise import Listwise
from ml.models.safety import Safety
from ml.models.two_tower import TwoTower
from ml.state.storage import array_file, sha256

PREVIOUS: Final = "previous"
MANIFEST: Final = "manifest.json"
LISTWISE: Final = "listwise.safetensors"
COMMUNITIES: Final = "communities.safetensors"
ALS: Final = "als.safetensors"

Learned = TypeVar("Learned", Communities, Listwise, Als)


def publish(
    artifacts: Path,
    models: Models,
    manifest: Manifest,
    probe: probes.Probe,
    source: TrainingSource,
) -> str:
    """Write a bundle and make it current; its version, a hash of its content but for `source`."""
    with aside(artifacts) as folder:
        weights.save(models.tower, folder / "two_tower.safetensors")
        weights.save(models.ranker, folder / "heavy_ranker.safetensors")
        if models.nsfw is not None:
            weights.save(models.nsfw, folder / "nsfw.safetensors")
        if models.toxicity is not None:
            weights.save(models.toxicity, folder / "toxicity.safetensors")
        learned = {COMMUNITIES: models.communities, LISTWISE: models.listwise, ALS: models.als}
        for name, one in learned.items():
            if one is not None:
                array_file.save(folder / name, one.arrays())
        probes.save(probe, models, folder)
        files = {path.name: sha256.of_file(path) for path in sorted(folder.iterdir())}
        text = manifest.model_copy(update={"files": files}).model_dump_json(indent=1) + "\n"
        (folder / MANIFEST).write_text(text)
        version = _version(text.encode())
        training_source.write(folder, source)
        into_place(folder, artifacts / version)
    promote(artifacts, version)
    return version


def promote(artifacts: Path, version: str) -> None:
    """Make a bundle the current one.

    Raises:
        BundleError: there is no such bundle.
    """
    check_there(artifacts, version)
    if (before := current(artifacts)) not in (None, version):
        point(artifacts, str(before), PREVIOUS)
    point(artifacts, version)


def pointers(artifacts: Path) -> tuple[str | None, str | None]:
    """The current bundle, and the one before it."""
    return current(artifacts), current(artifacts, PREVIOUS)


def restore(artifacts: Path, version: str, before: str | None) -> None:
    """Make `version` current again, and `before` the one that a rollback goes to, as they were."""
    promote(artifacts, version)
    if before is None:
        (artifacts / PREVIOUS).unlink(missing_ok=True)
    else:
        point(artifacts, before, PREVIOUS)


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
    """The versions of all bundles, sorted."""
    names = (path.parent.name for path in artifacts.glob(f"*/{MANIFEST}"))
    return sorted(name for name in names if name.isalnum())  # others are being written or replaced


def load(artifacts: Path, version: str | None = None) -> Bundle | None:
    """Load and check a bundle, the current one by default; None where none was ever published.

    Raises:
        BundleError: it is missing a file, damaged, or does not agree with this code; or bundles
            were published and `current` names none.
    """
    if version is not None:
        check_there(artifacts, version)
    version = version or current(artifacts)
    if version is None:
        _check_none_published(artifacts)
        return None
    folder = artifacts / version
    manifest = _read_manifest(folder)
    sha256.check(folder, manifest.files, "published", "retrain, or promote another bundle")
    training_source.read(folder)  # which fails where it is damaged
    _check_features(folder, manifest)
    _check_name(folder)
    nsfw, toxicity = (
        weights.load(Safety(), folder / name) if name in manifest.files else None
        for name in ("nsfw.safetensors", "toxicity.safetensors")
    )
    models = Models(
        weights.load(TwoTower(), folder / "two_tower.safetensors"),
        weights.load(HeavyRanker(), folder / "heavy_ranker.safetensors"),
        nsfw,
        toxicity,
        _arrays(Communities, folder / COMMUNITIES) if COMMUNITIES in manifest.files else None,
        _listwise(folder / LISTWISE) if LISTWISE in manifest.files else None,
        _arrays(Als, folder / ALS) if ALS in manifest.files else None,
    )
    probes.verify(models, folder)
    return Bundle(version, manifest, models, leaderboard.read(folder))


def _arrays(learned: type[Learned], path: Path) -> Learned:
    """What training learned as arrays.

    Raises:
        BundleError: the file does not hold it.
    """
    try:
        return learned.of(array_file.load(path))
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{path} does not fit this code ({error}); retrain") from error


def _listwise(path: Path) -> Listwise:
    """The listwise stage of a bundle.

    Raises:
        BundleError: it reads other columns than this code writes.
    """
    model = _arrays(Listwise, path)
    if model.columns != EVIDENCE:
        raise BundleError(
            f"bundle {path.parent.name} was built with other columns of evidence than this code "
            f"has; retrain, or run the code that made it"
        )
    return model


def _check_none_published(artifacts: Path) -> None:
    """Refuse to take a folder that lost its pointer for one without bundles."""
    left = [path.parent.name for path in artifacts.glob(f"{REPLACED}*/{MANIFEST}")]
    before = current(artifacts, PREVIOUS)
    if found := [*versions(artifacts), *left, *([before] if before else [])]:
        raise BundleError(
            f"{artifacts / CURRENT} names none of the bundles that were published there "
            f"({', '.join(dict.fromkeys(found))}); run foryou promote VERSION --artifacts "
            f"{artifacts}, or train again"
        )


def check_there(artifacts: Path, version: str) -> None:
    """Check that there is a bundle of this name.

    Raises:
        BundleError: there is none, naming those that there are.
    """
    recover(artifacts, version)
    if not (artifacts / version / MANIFEST).is_file():
        raise BundleError(
            f"{artifacts} has no bundle {version!r}; there are: "
            f"{', '.join(versions(artifacts)) or 'none'}"
        )


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


def _check_name(folder: Path) -> None:
    """A version is the hash of its manifest, which holds those of all other files."""
    named = _version((folder / MANIFEST).read_bytes())
    if named != folder.name:
        raise BundleError(
            f"{folder / MANIFEST} is not the one that was published: its hash is {named}, expected "
            f"the name of its folder; restore it, retrain, or promote another bundle"
        )


def _check_features(folder: Path, manifest: Manifest) -> None:
    then, now = set(manifest.features), set(NAMES)
    if manifest.features == list(NAMES):
        return
    changes = [
        f"{word}: {', '.join(sorted(names))}"
        for word, names in (("new", now - then), ("gone", then - now))
        if names
    ] or ["in another order"]
    raise BundleError(
        f"bundle {folder.name} was built with {len(manifest.features)} features, this code has "
        f"{len(NAMES)} ({'; '.join(changes)}); retrain, or run the code that made it"
    )


def _version(manifest: bytes) -> str:
    return hashlib.sha256(manifest).hexdigest()[:12]
