"""Texts of tweets: a sentence or two about the topic, with words that show harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen import vocabulary
from datagen.users import Floats, Rows

FONDNESS: Final = 0.6  # how often a community closes with one of its own phrases
FAVOURITES: Final = 3
LINKS: Final = tuple(f"https://example.org/{number}" for number in range(100, 1000))
MARKS: Final = ("!", "!!", "?!", "!!!")
TEMPERS: Final = ("insult", "second_insult", "grumble", "tease", "second_tease", "flirt")

Words = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a text is made of, one row per tweet."""

    topic: Rows
    community: Rows
    toxic: Floats
    nsfw: Floats
    answered: Words  # the handle of the author it replies to, or ""
    hashtags: pl.Series
    phrases: Rows | None = None  # (communities, FAVOURITES): what each is fond of, if that is known


def write_texts(draft: Draft, handles: Words, rng: np.random.Generator) -> pl.Series:
    """Write a text for each tweet of a draft.

    Harm shows in words, capitals, exclamation marks, mentions and links, but a calm tweet may
    shout and a hostile one may be polite.
    """
    n = len(draft.topic)
    toxic, nsfw = draft.toxic, draft.nsfw
    subject, other, third = _nouns(draft.topic, rng)
    pieces = pl.DataFrame(
        {
            "answered": draft.answered,
            "mention": _some(handles, 0.06 + 0.35 * toxic, rng),
            "opener": _some(np.array(vocabulary.OPENERS), np.ones(n), rng),
            "subject": subject,
            "joint": _some(np.array(vocabulary.JOINTS), np.full(n, 0.6), rng),
            "other": other,
            "closer": _closers(draft.community, draft.phrases, rng),
            "aside": _some(np.array(vocabulary.ASIDES), np.full(n, 0.4), rng),
            "third": third,
            "insult": _some(np.array(vocabulary.INSULTS), 1.25 * toxic - 0.04, rng),
            "second_insult": _some(np.array(vocabulary.INSULTS), 0.7 * toxic - 0.1, rng),
            "grumble": _some(np.array(vocabulary.GRUMBLES), np.full(n, 0.02), rng),
            "tease": _some(np.array(vocabulary.TEASES), 1.25 * nsfw - 0.04, rng),
            "second_tease": _some(np.array(vocabulary.TEASES), 0.7 * nsfw - 0.1, rng),
            "flirt": _some(np.array(vocabulary.FLIRTS), np.full(n, 0.02), rng),
            "mark": _some(np.array(MARKS), 0.12 + 0.55 * toxic + 0.2 * nsfw, rng),
            "link": _some(np.array(LINKS), 0.12 + 0.5 * nsfw, rng),
            "shouts": rng.random(n) < 0.02 + 0.4 * toxic,
            "hashtags": draft.hashtags,
        }
    )
    return pieces.with_columns(pl.col(pl.String).replace("", None)).select(_sentences()).to_series()


def _sentences() -> pl.Expr:
    """The pieces joined in reading order; a missing piece leaves no gap."""
    theme = _join(" ", pl.concat_str("joint", pl.lit(" "), "other"), before=("opener", "subject"))
    first = pl.concat_str(theme, pl.lit(", "), "closer")
    around = pl.col("aside").str.split("{}")
    aside = pl.concat_str(around.list.get(0), "third", around.list.get(1))
    spoken = _join(". ", first, aside, *(pl.col(temper) for temper in TEMPERS))
    ended = pl.concat_str(spoken, pl.col("mark").fill_null("."))
    voiced = pl.when("shouts").then(ended.str.to_uppercase()).otherwise(ended)
    tags = pl.col("hashtags").list.eval(pl.lit("#") + pl.element()).list.join(" ")
    tagged = pl.when(tags != "").then(tags)
    return _join(" ", voiced, tagged, pl.col("link"), before=("answered", "mention"))


def _join(separator: str, *parts: pl.Expr, before: tuple[str, ...] = ()) -> pl.Expr:
    return pl.concat_str(*before, *parts, separator=separator, ignore_nulls=True)


def _some(choices: Words, chance: NDArray[np.floating], rng: np.random.Generator) -> Words:
    """A random choice with the given probability, else an empty string."""
    picked = choices[rng.integers(len(choices), size=len(chance))]
    return np.where(rng.random(len(chance)) < chance, picked, "")


def _nouns(topic: Rows, rng: np.random.Generator) -> Words:
    """Three different nouns of each topic, (3, tweets)."""
    nouns = np.array(vocabulary.NOUNS)  # (topics, nouns)
    order = np.argsort(rng.random((len(topic), nouns.shape[1])), axis=1)
    return nouns[topic, order[:, :3].T]


def phrases_of(text: pl.Series, community: Rows, communities: int) -> Rows:
    """The phrases that each community closes with most often, (communities, FAVOURITES)."""
    used = [
        np.bincount(
            community[text.str.contains(closer, literal=True).to_numpy()], minlength=communities
        )
        for closer in vocabulary.CLOSERS
    ]
    return np.argsort(-np.stack(used, 1), axis=1, kind="stable")[:, :FAVOURITES].astype(np.int32)


def _closers(community: Rows, phrases: Rows | None, rng: np.random.Generator) -> Words:
    """A closing phrase for each tweet; each community has a few favourites."""
    n, closers = len(community), np.array(vocabulary.CLOSERS)
    if phrases is None:
        size = (int(community.max(initial=0)) + 1, FAVOURITES)
        phrases = rng.integers(len(closers), size=size).astype(np.int32)
    fond = phrases[community, rng.integers(FAVOURITES, size=n)]
    plain = rng.integers(len(closers), size=n)
    return closers[np.where(rng.random(n) < FONDNESS, fond, plain)]
