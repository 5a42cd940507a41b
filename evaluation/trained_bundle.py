"""The bundle that a command asks about, and the data that the last training read."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from app.read_settings import read_settings
from app.settings import Settings
from ml import bundle
from ml.bundle import Bundle
from ml.dataset import table_options
from ml.dataset.column_map import ColumnMap
from ml.dataset.tables import fingerprint
from ml.errors import BundleError, DataError


@dataclass(frozen=True, slots=True)
class TrainedBundle:
    """A bundle, and how the tables that the last training read are read again."""

    bundle: Bundle
    settings: Settings
    data: Path
    column_map: ColumnMap | None


def trained_bundle(given: argparse.Namespace) -> TrainedBundle:
    """The bundle that a command names, with the very data that the last training read: of other
    data nobody could say what was held out.

    Args:
        given: `artifacts`, `bundle`, and `data` and `map`, which are those of the training where
            they are None.

    Raises:
        BundleError: there is no such bundle.
        DataError: the last training read other data than is given, or data that has changed.
    """
    settings = read_settings()
    found = bundle.load(given.artifacts, given.bundle or settings.bundle)
    if found is None:
        train = _train(given.data or "DIR", given)
        raise BundleError(f"{given.artifacts} holds no bundle; run {train}")
    learned, source = bundle.state_map(given.artifacts), bundle.state_source(given.artifacts)
    data: Path = given.data or settings.data_dir or _found(source) or given.artifacts / "data"
    column_map = table_options.column_map(given) or learned
    if source is None:
        raise DataError(f"{given.artifacts / 'state'} names no state; run {_train(data, given)}")
    try:
        is_same = fingerprint(data, column_map) == bundle.state_fingerprint(given.artifacts)
        reason = ""
    except DataError as error:
        is_same, reason = False, f" ({error})"
    if not is_same:
        by = ", read by a column map" if learned else ""
        named = f"{data}, read by {given.map}," if given.map else str(data)
        if data.resolve() == source and column_map == learned:
            problem = f"{data} has changed since then"
        else:
            problem = f"{named} is not that"
        raise DataError(
            f"the last training into {given.artifacts} read {source}{by}; {problem}{reason}; leave "
            f"out --data, --map and FORYOU_DATA_DIR to ask about what it read, or run "
            f"{_train(data, given)}"
        )
    update = {"artifacts": given.artifacts, "data_dir": data}
    return TrainedBundle(found, settings.model_copy(update=update), data, column_map)


def _found(source: Path | None) -> Path | None:
    """The folder of the training, where it is still there: artifacts may have been moved."""
    return source if source is not None and source.is_dir() else None


def _train(data: Path | str, given: argparse.Namespace) -> str:
    column_map = f" --map {given.map}" if given.map else ""
    return f"foryou train --data {data} --out {given.artifacts}{column_map}"
