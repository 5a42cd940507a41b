"""Values of a column map: which of other people's values is which of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from ml.actions import BY_LABEL
from ml.errors import DataError
from ml.schema import VISIBILITIES, Field, Kind

OURS: Final = {  # what a column may hold whose values can be renamed; None for any text
    Kind.ACTION: (*BY_LABEL,),
    Kind.SPLIT: ("train", "test"),
    Kind.VISIBILITY: VISIBILITIES,
    Kind.FLAG: ("true", "false"),
    Kind.TEXT: None,
}


def parsed(values: object, field: Field) -> Mapping[str, str]:
    """`{ fav = "like" }` of a map, checked; true and false as they are written in CSV.

    Raises:
        DataError: it has another form, or renames to what the column cannot hold.
    """
    if field.kind not in OURS:
        raise DataError(f"{field.name} is {field.kind.value}; its values cannot be renamed")
    if not isinstance(values, dict) or not values:
        raise DataError(
            f"{field.name}: values = {values!r} renames nothing; expected {{ THEIRS = OURS, … }}"
        )
    ours = {
        name: str(one).lower() if isinstance(one, bool) else one for name, one in values.items()
    }
    allowed = OURS[field.kind]
    for theirs, one in ours.items():
        if not isinstance(one, str) or (allowed and one not in allowed):
            expected = f"one of {' '.join(allowed)}" if allowed else "a text"
            raise DataError(f"{field.name}: {theirs!r} is renamed to {one!r}; expected {expected}")
    return ours


def renamed(column: pl.Series, values: Mapping[str, str], path: Path) -> pl.Series:
    """The column with each of its values under our name; others are left as they are.

    Raises:
        DataError: it holds neither texts nor whole numbers nor flags.
    """
    if column.dtype == pl.Null:
        return column
    if column.dtype.is_integer() or column.dtype in (
        pl.String,
        pl.Boolean,
        pl.Categorical,
        pl.Enum,
    ):
        return column.cast(pl.String).replace(values)
    raise DataError(
        f"{path}: column {column.name!r} is {column.dtype}, so the map cannot rename its values; "
        f"write it as text"
    )
