"""Decides whether the current bundle must be trained again."""

from __future__ import annotations

from pathlib import Path

from ml import bundle
from ml.dataset import tables
from ml.dataset.column_map import ColumnMap
from ml.errors import BundleError


def reason_to_train(data: Path, artifacts: Path, column_map: ColumnMap | None = None) -> str | None:
    """The reason why the current bundle does not fit this data; None where it does."""
    fingerprint = tables.fingerprint(data, column_map)
    try:
        current = bundle.load(artifacts)
        if current is None:
            return f"{artifacts} holds no bundle yet"
        if bundle.state_fingerprint(artifacts) != fingerprint:
            return "the data is not what the last training saw"
        bundle.load_state(artifacts)
    except BundleError as error:
        return str(error)
    return None
