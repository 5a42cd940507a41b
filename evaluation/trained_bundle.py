"""The bundle that a command asks about, and the data that it was trained on."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from app.read_settings import read_settings
from app.settings import Settings
from ml import bundle
from ml.bundle import Bundle, training_source
from ml.bundle.training_source import TrainingSource
from ml.dataset import table_options
from ml.dataset.column_map import ColumnMap
from ml.dataset.tables import Tables, fingerprint
from ml.dataset.validation import validate
from ml.errors import BundleError, DataError


@dataclass(frozen=True, slots=True)
class TrainedBundle:
    """A bundle, and how the tables that a training read are read again."""

    bundle: Bundle
    settings: Settings
    data: Path
    column_map: ColumnMap | None
    rejected_at: float | None  # unix seconds; None where the training set no row aside

    def tables(self, given: argparse.Namespace) -> Tables:
        """The rows that the training used, unless `--rejects` is given anew.

        Raises:
            DataError: naming every problem, a line each.
        """
        if given.rejects is None and self.rejected_at is not None:
            return Tables.of(validate(self.data, self.column_map, self.rejected_at))
        return table_options.read(self.data, given, self.column_map)


def trained_bundle(given: argparse.Namespace) -> TrainedBundle:
    """The bundle that a command names, with the very data that it was trained on; with a note, with
    what the last training read. Of still other data nobody could say what was held out.

    Args:
        given: `artifacts`, `bundle`, and `data` and `map`, which are those of the training where
            they are None.

    Raises:
        BundleError: there is no such bundle.
        DataError: neither training read the data that is given, or it has changed.
    """
    settings = read_settings()
    found = bundle.load(given.artifacts, given.bundle or settings.bundle)
    if found is None:
        train = _train(given.data or "DIR", given)
        raise BundleError(f"{given.artifacts} holds no bundle; run {train}")
    own = training_source.read(given.artifacts / found.version)
    sources = [one for one in (own, training_source.of_state(given.artifacts)) if one is not None]
    if not sources:
        raise DataError(f"{given.artifacts / 'state'} names no state; run {_train('DIR', given)}")
    asked, column_map = given.data or settings.data_dir, table_options.column_map(given)
    differences = []
    for source in sources:
        data: Path = asked or source.found or given.artifacts / "data"
        by = column_map or source.map
        difference = _difference(source, data, by, given)
        if difference is None:
            if source is not own:
                judged = f"it is judged by {data}, which the last training read"
                print(f"note: {_trained_on(found, own)}; {judged}", file=sys.stderr)
            update = {"artifacts": given.artifacts, "data_dir": data}
            updated = settings.model_copy(update=update)
            return TrainedBundle(found, updated, data, by, source.rejected_at)
        differences.append(difference)
    last = "" if own else f", the last training read {sources[0]}"
    remedy = (
        "leave out --data, --map and FORYOU_DATA_DIR to ask about what it read"
        if any(source.folder for source in sources)
        else "give a copy of those tables as --data, and leave out --map"
    )
    raise DataError(
        f"{_trained_on(found, own)}{last}; {differences[0]}; {remedy}, or run "
        f"{_train(asked or sources[0].folder or 'DIR', given)}"
    )


def _trained_on(trained: Bundle, own: TrainingSource | None) -> str:
    if own is None:
        return f"bundle {trained.version} does not name its data"
    return f"bundle {trained.version} was trained on {own}"


def _difference(
    source: TrainingSource, data: Path, column_map: ColumnMap | None, given: argparse.Namespace
) -> str | None:
    """How these tables differ from those of a training; None where they are the same."""
    try:
        if fingerprint(data, column_map) == source.fingerprint:
            return None
        reason = ""
    except DataError as error:
        reason = f" ({error})"
    if data.resolve() == source.folder and column_map == source.map:
        return f"{data} has changed since then{reason}"
    named = f"{data}, read by {given.map}," if given.map else str(data)
    return f"{named} is not that{reason}"


def _train(data: Path | str, given: argparse.Namespace) -> str:
    column_map = f" --map {given.map}" if given.map else ""
    return f"foryou train --data {data} --out {given.artifacts}{column_map}"
