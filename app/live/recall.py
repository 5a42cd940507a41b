"""What is already known when the service starts?"""

from __future__ import annotations

from pathlib import Path

from ml.bundle import Bundle, load_state, state_fingerprint
from ml.errors import BundleError, DataError
from ml.log import tables
from ml.log.tables import Tables
from ml.state import ingest
from ml.state.feature_state import FeatureState


def recall(artifacts: Path, data_dir: Path, bundle: Bundle | None) -> FeatureState:
    """The state that training left; where nothing was trained, what the tables say.

    Raises:
        BundleError: the bundle was trained on other tables than those in `data_dir`.
        DataError: there is neither a state nor a table.
    """
    data = tables.read(data_dir) if data_dir.is_dir() else None
    if bundle and data and state_fingerprint(artifacts) != data.fingerprint:
        raise BundleError(
            f"bundle {bundle.version} was not trained on the tables in {data_dir} as they are now; "
            f"train again, or set FORYOU_DATA_DIR to the folder it was trained on"
        )
    state = load_state(artifacts) if bundle or not data else _of_tables(data)
    if state is None:
        raise DataError(
            f"{artifacts} holds nothing to serve, and there is no folder {data_dir}; run "
            f"`python -m ml train --data DIR --out {artifacts}`, or set FORYOU_DATA_DIR to a "
            f"folder of tables"
        )
    return state


def _of_tables(data: Tables) -> FeatureState:
    users, tweets = ingest.catalog(data)
    state = FeatureState(users, tweets)
    state.apply(ingest.events(data, users, tweets))
    return state
