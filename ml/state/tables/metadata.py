"""Ten numbers that show on the outside of a tweet: what the safety models look at, beside words.

They are read off the text once, when a tweet arrives; no model and no history is needed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

INSULTS: Final = (
    "idiot|idiots|stupid|moron|morons|dumb|trash|pathetic|loser|losers|clown|clowns|garbage|scum|"
    "hate|disgusting|shut|ugly|worthless|liar"
)
ADULT: Final = (
    "nude|nudes|nsfw|xxx|sexy|explicit|lewd|hot|onlyfans|uncensored|adult|naked|steamy|erotic|"
    "fetish"
)
NAMES: Final = (
    "text_length",
    "word_length",
    "capitals",
    "exclamations",
    "insults",
    "adult_words",
    "links",
    "mentions",
    "hashtags",
    "media",
)


def metadata(tweets: pl.DataFrame) -> NDArray[np.float32]:
    """(tweets, 10) numbers in the order of `NAMES`: counts as log1p, shares as they are."""
    text = pl.col("text").fill_null("")
    letters = text.str.count_matches(r"\p{L}").cast(pl.Float64)
    words = text.str.count_matches(r"\w+").cast(pl.Float64)

    def share(lexicon: str) -> pl.Expr:
        return text.str.count_matches(rf"(?i)\b(?:{lexicon})\b") / words.clip(1)

    columns = tweets.select(
        text_length=text.str.len_chars().cast(pl.Float64).log1p(),
        word_length=letters / words.clip(1),
        capitals=text.str.count_matches(r"\p{Lu}") / letters.clip(1),
        exclamations=text.str.count_matches(r"[!?]").cast(pl.Float64).log1p(),
        insults=share(INSULTS),
        adult_words=share(ADULT),
        links=text.str.count_matches(r"https?://").cast(pl.Float64).log1p(),
        mentions=text.str.count_matches(r"@\w").cast(pl.Float64).log1p(),
        hashtags=pl.col("hashtags").list.len().fill_null(0).cast(pl.Float64).log1p(),
        media=pl.col("has_media").fill_null(False).cast(pl.Float64),
    )
    return columns.select(NAMES).to_numpy().astype(np.float32)
