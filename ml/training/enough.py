"""Whether there is enough to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from ml.actions import ENGAGEMENTS
from ml.dataset.tables import Tables
from ml.errors import DataError

ENGAGEMENTS_NEEDED: Final = 50
LABELS: Final = [action.label for action in ENGAGEMENTS]


def require_enough(data: Path, tables: Tables, cut: int | None) -> None:
    """Count the engagements before `cut`, in unix seconds; all of them where it is None.

    Raises:
        DataError: they are too few.
    """
    is_known = pl.col("action").is_in(LABELS) & pl.col("split").ne_missing("test")
    if cut is not None:
        is_known &= (pl.col("created_at") < cut).fill_null(True)
    count = tables.interactions.filter(is_known).height
    if count < ENGAGEMENTS_NEEDED:
        besides = "" if cut is None else " before the last ones, which --holdout keeps for testing"
        raise DataError(
            f"{data} has {count} engagement{'s' * (count != 1)} to learn from (likes, retweets and "
            f"replies{besides}); at least {ENGAGEMENTS_NEEDED} are needed"
        )
