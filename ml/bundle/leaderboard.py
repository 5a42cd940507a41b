"""How the product did beside simple policies when its bundle was trained: `leaderboard.json`.

It lies in the bundle's folder and is no part of its version, which is a hash of what serves.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

import pydantic
from pydantic import BaseModel, ConfigDict

from ml.errors import BundleError

FILE: Final = "leaderboard.json"


class Standing(BaseModel):
    """One figure of one policy; numbers are null where nothing could be judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str
    metric: str
    value: float | None
    low: float | None  # the 95 % interval over viewers
    high: float | None
    ahead: float | None  # the product's value less this one's, for the same viewers
    ahead_low: float | None
    ahead_high: float | None
    loses: bool  # whether the product is behind it by more than chance


class Leaderboard(BaseModel):
    """The product and simple policies, asked the same at the same moments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: int  # unix seconds of the part that all were judged on; both 0 without times
    until: int
    visits: int
    decided_by: str  # the metric on which the product may not lose
    is_biased: bool = False  # whether that metric favours what an older feed chose to show
    standings: list[Standing]

    @property
    def lost_to(self) -> list[str]:
        """The simple policies that are better than the product by more than chance, and not just
        more like the feed that wrote the log."""
        if self.is_biased:
            return []
        return [one.policy for one in self.standings if one.loses and one.metric == self.decided_by]


def write(artifacts: Path, version: str, leaderboard: Leaderboard) -> None:
    """Put it beside the files of a bundle."""
    path = artifacts / version / FILE
    written = path.with_suffix(f".{os.getpid()}")
    written.write_text(leaderboard.model_dump_json(indent=1) + "\n")
    written.rename(path)


def read(folder: Path) -> Leaderboard | None:
    """The leaderboard in the folder of a bundle; None where training made none.

    Raises:
        BundleError: it cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return Leaderboard.model_validate(json.loads(path.read_text()))
    except (OSError, ValueError, pydantic.ValidationError) as error:
        raise BundleError(f"{path} cannot be read ({error}); delete it, or train again") from error
