"""What all commands receive: what to serve, which seed, and options of their own."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.read_settings import read_settings
from app.settings import Settings
from ml import bundle
from ml.errors import BundleError
from ml.state.feature_state import FeatureState

Options = Mapping[str, tuple[float | str, str]]  # by name: the default, and what it means


@dataclass(frozen=True, slots=True)
class Given:
    """What is served."""

    artifacts: Path
    seed: int
    options: argparse.Namespace  # the values of the command's own `OPTIONS`

    @property
    def settings(self) -> Settings:
        """As the service would read them."""
        return read_settings().model_copy(update={"artifacts": self.artifacts})

    @property
    def environment(self) -> dict[str, str]:
        """The same, for another process."""
        return {"FORYOU_ARTIFACTS": str(self.artifacts.resolve())}

    def state(self) -> FeatureState:
        """What training left.

        Raises:
            BundleError: nothing was trained there.
        """
        state = bundle.load_state(self.artifacts)
        if state is None:
            raise BundleError(f"{self.artifacts} holds no state; run foryou train")
        return state
