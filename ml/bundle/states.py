"""Feature states on disk: those that training publishes and those that serving snapshots."""

from __future__ import annotations

import shutil
from pathlib import Path

from ml.bundle.disk import CURRENT, aside, current, into_place, point
from ml.dataset.column_map import ColumnMap
from ml.dataset.tables import Tables
from ml.state.feature_state import FeatureState
from ml.state.storage import snapshot


def publish_state(artifacts: Path, state: FeatureState, tables: Tables, source: Path) -> None:
    """Write the state that serving starts from and make it current; older ones are left alone."""
    named, column_map = tables.fingerprint, tables.column_map
    text = column_map.text if column_map else None
    write_state(artifacts / "state", named, state, source, named, column_map=text)


def write_state(
    folder: Path,
    name: str,
    state: FeatureState,
    source: Path | None,
    fingerprint: str,
    chain: bytes = b"",
    column_map: str | None = None,
) -> None:
    """Write a state into a folder of states and make it current there."""
    with aside(folder) as written:
        snapshot.save(state, written, source, fingerprint, chain, column_map)
        into_place(written, folder / name)
    point(folder, name)


def forget_states(folder: Path, older: int = 0) -> None:
    """Remove all states of a folder but the current one and so many `older` ones, by name, and what
    killed writers left. Nobody else may be writing there."""
    kept = {*states(folder)[: 1 + older], CURRENT}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path)
        elif path.name.startswith(f".{CURRENT}."):
            path.unlink()


def states(folder: Path) -> list[str]:
    """The current state of a folder and the older ones, newest first by name."""
    newest = current(folder)
    if newest is None:
        return []
    names = (path.parent.name for path in folder.glob(f"[!.]*/{snapshot.ABOUT}"))
    return [newest, *sorted((name for name in names if name < newest), reverse=True)]


def load_state(artifacts: Path) -> FeatureState | None:
    """The state of all rows of the data that was last trained on; None where there is none.

    Raises:
        BundleError: it is missing or damaged.
    """
    fingerprint = state_fingerprint(artifacts)
    return snapshot.load(artifacts / "state" / fingerprint) if fingerprint else None


def state_fingerprint(artifacts: Path) -> str | None:
    """The fingerprint of the data of the current state."""
    return current(artifacts / "state")


def state_source(artifacts: Path) -> Path | None:
    """The folder of tables that the current state was built from, on this machine."""
    fingerprint = state_fingerprint(artifacts)
    return snapshot.source(artifacts / "state" / fingerprint) if fingerprint else None


def state_map(artifacts: Path) -> ColumnMap | None:
    """The column map with which the tables of the current state were read."""
    fingerprint = state_fingerprint(artifacts)
    if fingerprint is None:
        return None
    text = snapshot.about(artifacts / "state" / fingerprint).get("column_map")
    return None if text is None else ColumnMap.parse(text)
