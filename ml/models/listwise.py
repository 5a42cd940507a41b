"""The listwise stage: one weight per column of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Listwise:
    """log x = offset + sum of weight * (evidence - mean), where x is a tweet's value over that of
    an average row on a page (Cao et al., ICML 2007, with a linear model)."""

    columns: tuple[str, ...]
    offset: float
    weight: Floats  # (columns,)
    mean: Floats  # (columns,) of training
    spans: tuple[int, ...]  # seconds within which popularity is recent
    median_age: float | None  # seconds from writing to engagement; None without times

    def contributions(self, evidence: Floats) -> Floats:
        """(tweets, columns): what each adds to log x."""
        added: Floats = (evidence - self.mean) * self.weight
        return added

    def log_value(self, evidence: Floats) -> Floats:
        """(tweets,) log x. It does not depend on what other tweets there are."""
        added = self.contributions(evidence).sum(axis=1, dtype=np.float64)
        total: Floats = (added + self.offset).astype(np.float32)
        return total

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All of it by name, for a file."""
        return {
            "columns": np.frombuffer("\n".join(self.columns).encode(), np.uint8),
            "offset": np.array([self.offset]),
            "weight": self.weight,
            "mean": self.mean,
            "spans": np.array(self.spans, np.int64),
            "median_age": np.array([] if self.median_age is None else [self.median_age]),
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """What `arrays` made.

        Raises:
            KeyError: one of them is missing.
        """
        ages = arrays["median_age"].tolist()
        return cls(
            tuple(arrays["columns"].tobytes().decode().splitlines()),
            float(arrays["offset"][0]),
            arrays["weight"],
            arrays["mean"],
            tuple(arrays["spans"].tolist()),
            ages[0] if ages else None,
        )
