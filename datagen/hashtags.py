"""Hashtags: most tweets have none, some have their topic, and a few have a lure."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.users import Floats, Rows
from datagen.vocabulary import LURES, NOUNS, TOPICS


def draw_hashtags(topic: Rows, nsfw: Floats, rng: np.random.Generator) -> pl.Series:
    """A list of hashtags for each tweet, without the number signs."""
    n, nouns = len(topic), np.array(NOUNS)  # (topics, nouns)
    eager = 0.3 + 0.4 * nsfw
    noun = pl.Series(nouns[topic, rng.integers(nouns.shape[1], size=n)])
    lure = np.array(LURES)[rng.integers(len(LURES), size=n)]
    tags = pl.DataFrame(
        {
            "topic": _where(rng.random(n) < eager, pl.Series(np.array(TOPICS)[topic])),
            "noun": _where(rng.random(n) < 0.4 * eager, noun.str.replace_all(r"\W", "")),
            "lure": _where(rng.random(n) < 0.6 * nsfw, pl.Series(lure)),
        }
    )
    return tags.select(pl.concat_list(pl.all()).list.drop_nulls()).to_series()


def _where(mask: NDArray[np.bool_], values: pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.Series(mask)).then(values)).to_series()
