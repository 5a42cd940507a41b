"""Texts that somebody labelled, from a CSV or Parquet file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ml.errors import DataError

WORDS_OF_HARM = ("1", "1.0", "true", "yes", "nsfw", "toxic", "off", "offensive", "hate", "hateful")


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """(texts,) what was written, and whether it is harmful."""

    name: str
    text: Sequence[str]
    harmful: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.text)

    def take(self, rows: NDArray[np.intp]) -> LabelledTexts:
        """These of them."""
        return LabelledTexts(self.name, [self.text[row] for row in rows], self.harmful[rows])


def read(path: Path, text: str, label: str) -> LabelledTexts:
    """The rows of a file that have a text and a label.

    A label is harmful where it is one of `WORDS_OF_HARM` or a number from 0.5 on.

    Raises:
        DataError: it cannot be read, lacks a column, or has one kind of label only.
    """
    try:
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataError(f"{path} cannot be read as texts ({error})") from error
    if lacking := [name for name in (text, label) if name not in frame.columns]:
        raise DataError(
            f"{path} has no column {lacking[0]!r}; it has {', '.join(frame.columns)}: choose with "
            f"--text and --label"
        )
    frame = frame.select(
        text=pl.col(text).cast(pl.String), label=pl.col(label).cast(pl.String).str.to_lowercase()
    ).drop_nulls()
    number = pl.col("label").cast(pl.Float64, strict=False) >= 0.5
    harmful = number.fill_null(False) | pl.col("label").is_in(WORDS_OF_HARM)
    found = frame.select(harmful).to_series().to_numpy()
    if not 0 < found.sum() < len(found):
        raise DataError(f"{path}: {found.sum()} of {len(found)} texts are harmful; both are needed")
    return LabelledTexts(path.stem, frame["text"].to_list(), found)


def _csv(path: Path) -> pl.DataFrame:
    separator = "\t" if path.suffix == ".tsv" else ","
    return pl.read_csv(path, separator=separator, infer_schema=False)
