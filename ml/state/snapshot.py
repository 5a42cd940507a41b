"""A state on disk: the catalog as tables, everything else as arrays."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml import npz
from ml.errors import BundleError
from ml.log.tables import Tables
from ml.state.catalog import Tweets, Users
from ml.state.feature_state import FeatureState

SCHEMA = 2  # raise it when the meaning of a stored array changes
# rebuilt from the tables, or of this process alone
CATALOG = ("users", "tweets", "by_time", "_times", "_unknown", "posts", "version", "acted")


def save(state: FeatureState, tables: Tables, source: Path, directory: Path) -> None:
    """Write a state into an existing, empty directory; `source` is where the tables came from."""
    tables.users.write_parquet(directory / "users.parquet", compression="lz4")
    tables.tweets.write_parquet(directory / "tweets.parquet", compression="lz4")
    npz.save(directory / "state.npz", _flatten(state))
    about = {
        "schema": SCHEMA,
        "fingerprint": tables.fingerprint,
        "source": str(source.resolve()),
        "newest": state.newest,
    }
    (directory / "state.json").write_text(json.dumps(about, indent=1) + "\n")


def load(directory: Path) -> FeatureState:
    """Read a state back.

    Raises:
        BundleError: it is missing, damaged, or of another version.
    """
    _about(directory)
    try:
        users = Users.of(pl.read_parquet(directory / "users.parquet"))
        tweets = Tweets.of(pl.read_parquet(directory / "tweets.parquet"), users)
        state = FeatureState(users, tweets)
        _restore(state, npz.load(directory / "state.npz"), "")
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError) as error:
        raise BundleError(f"{directory} is not a readable state ({error}); train again") from error
    return state


def source(directory: Path) -> Path:
    """The folder of tables that a state was made of."""
    return Path(str(_about(directory)["source"]))


def _about(directory: Path) -> dict[str, object]:
    try:
        about: dict[str, object] = json.loads((directory / "state.json").read_text())
        if about["schema"] != SCHEMA:
            raise BundleError(
                f"{directory} holds a state of schema {about['schema']}, this code reads "
                f"{SCHEMA}; train again"
            )
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{directory} is not a readable state ({error}); train again") from error
    return about


def _parts(owner: object) -> dict[str, object]:
    hidden = CATALOG if isinstance(owner, FeatureState) else ()
    return {name: part for name, part in vars(owner).items() if name not in hidden}


def _flatten(owner: object, prefix: str = "") -> dict[str, NDArray[np.generic]]:
    flat: dict[str, NDArray[np.generic]] = {}
    for name, part in _parts(owner).items():
        if isinstance(part, np.ndarray | np.generic | int | float):
            flat[prefix + name] = np.asarray(part)
        elif hasattr(part, "__dict__"):
            flat |= _flatten(part, f"{prefix}{name}/")
    return flat


def _restore(owner: object, arrays: dict[str, NDArray[np.generic]], prefix: str) -> None:
    for name, part in _parts(owner).items():
        if isinstance(part, np.ndarray):
            setattr(owner, name, arrays[prefix + name])
        elif isinstance(part, np.generic):
            setattr(owner, name, arrays[prefix + name][()])
        elif isinstance(part, int | float):
            setattr(owner, name, arrays[prefix + name].item())
        elif hasattr(part, "__dict__"):
            _restore(part, arrays, f"{prefix}{name}/")
