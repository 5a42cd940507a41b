"""What a tweet says: a sentence or two from its topic, and its temper between the lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen import vocabulary as said

FAVOURITE_CLOSERS: Final = 3  # of a community


@dataclass(frozen=True, slots=True)
class Texts:
    """Two columns of the tweets table."""

    text: pl.Series
    hashtags: pl.Series  # of lists


@dataclass(frozen=True, slots=True)
class Tempers:
    """All that shapes a text, one row per tweet; an empty `answers` answers nobody."""

    topic: NDArray[np.int32]
    community: NDArray[np.int32]
    toxic: NDArray[np.float32]
    nsfw: NDArray[np.float32]
    answers: NDArray[np.str_]
    handles: NDArray[np.str_]  # of the users, to pick mentions from


def write_texts(x: Tempers, rng: np.random.Generator) -> Texts:
    """Harm shows in words, capitals, exclamation marks, mentions, links and hashtags, but a
    calm tweet may shout and a hostile one may be polite."""
    n = len(x.topic)
    nouns = np.array(said.NOUNS)
    noun = nouns[x.topic, rng.integers(nouns.shape[1], size=(3, n))]  # (3, tweets)
    mark = _some(np.array(["!", "!!", "?!", "!!!"]), 0.12 + 0.55 * x.toxic + 0.2 * x.nsfw, rng)
    closer = _voice(np.array(said.CLOSERS), x.community, rng)
    second = np.array(said.SECONDS)[rng.integers(len(said.SECONDS), size=n)]
    insult = _some(np.array(said.INSULTS), 1.0 * x.toxic**0.8 - 0.05, rng)
    another = _some(np.array(said.INSULTS), 0.6 * x.toxic - 0.1, rng)
    grumble = _some(np.array(said.GRUMBLES), np.full(n, 0.02), rng)
    tease = _some(np.array(said.TEASES), 1.0 * x.nsfw**0.8 - 0.05, rng)
    another_tease = _some(np.array(said.TEASES), 0.6 * x.nsfw - 0.1, rng)
    flirt = _some(np.array(said.FLIRTS), np.full(n, 0.02), rng)
    mention = _some(x.handles, 0.06 + 0.35 * x.toxic, rng)
    link = _some(
        np.array([f"https://example.org/{k}" for k in range(100, 1000)]), 0.12 + 0.5 * x.nsfw, rng
    )
    tags = _hashtags(x, rng)
    columns = {
        "answers": x.answers,
        "mention": mention,
        "opener": np.array(said.OPENERS)[rng.integers(len(said.OPENERS), size=n)],
        "noun": noun[0],
        "link_word": np.array(said.LINKS)[rng.integers(len(said.LINKS), size=n)],
        "other": noun[1],
        "closer": closer,
        "second": second,
        "third": noun[2],
        "insult": insult,
        "another": another,
        "grumble": grumble,
        "tease": tease,
        "another_tease": another_tease,
        "flirt": flirt,
        "mark": mark,
        "link": link,
    }
    frame = pl.DataFrame(columns).with_columns(
        tags=tags,
        long=pl.Series(rng.random(n) < 0.6),
        wordy=pl.Series(rng.random(n) < 0.4),
        shout=pl.Series(rng.random(n) < 0.02 + 0.4 * x.toxic),
    )
    return Texts(frame.select(_compose()).to_series(), tags)


def _compose() -> pl.Expr:
    """The sentences in order; an empty piece leaves no trace."""
    first = pl.concat_str(
        pl.concat_str("opener", "noun", separator=" "),
        pl.when("long").then(pl.concat_str("link_word", "other", separator=" ")),
        separator=" ",
        ignore_nulls=True,
    )
    aside = pl.col("second").str.split("{}")
    second = pl.concat_str(aside.list.get(0), "third", aside.list.get(1))
    harm = ("insult", "another", "grumble", "tease", "another_tease", "flirt")
    sentences = pl.concat_str(
        pl.concat_str(first, pl.lit(", "), "closer"),
        pl.when("wordy").then(second),
        *(_unless_empty(name) for name in harm),
        separator=". ",
        ignore_nulls=True,
    )
    end = pl.when(pl.col("mark") == "").then(pl.lit(".")).otherwise(pl.col("mark"))
    spoken = pl.concat_str(sentences, end)
    voiced = pl.when("shout").then(spoken.str.to_uppercase()).otherwise(spoken)
    hashtags = pl.col("tags").list.eval(pl.lit("#") + pl.element()).list.join(" ")
    return pl.concat_str(
        _unless_empty("answers"),
        _unless_empty("mention"),
        voiced,
        pl.when(pl.col("tags").list.len() > 0).then(hashtags),
        _unless_empty("link"),
        separator=" ",
        ignore_nulls=True,
    ).alias("text")


def _unless_empty(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != "").then(pl.col(name))


def _some(
    choices: NDArray[np.str_], chance: NDArray[np.floating], rng: np.random.Generator
) -> NDArray[np.str_]:
    """One of the choices with that chance, else nothing."""
    picked = choices[rng.integers(len(choices), size=len(chance))]
    return np.where(rng.random(len(chance)) < chance, picked, "")


def _voice(
    closers: NDArray[np.str_], community: NDArray[np.int32], rng: np.random.Generator
) -> NDArray[np.str_]:
    """Communities are fond of their own few phrases."""
    n = len(community)
    communities = int(community.max(initial=0)) + 1
    fond = rng.integers(len(closers), size=(communities, FAVOURITE_CLOSERS))
    own = fond[community, rng.integers(FAVOURITE_CLOSERS, size=n)]
    return closers[np.where(rng.random(n) < 0.6, own, rng.integers(len(closers), size=n))]


def _hashtags(x: Tempers, rng: np.random.Generator) -> pl.Series:
    """None for most, the topic for some, a word of the topic besides for a few."""
    n = len(x.topic)
    nouns = np.array(said.NOUNS)
    word = pl.Series(nouns[x.topic, rng.integers(nouns.shape[1], size=n)])
    chance = 0.3 + 0.4 * x.nsfw
    lure = np.array(["nsfw", "afterdark", "spicy", "latenight", "18plus"])
    columns = pl.DataFrame(
        {
            "topic": _when(pl.Series(np.array(said.TOPICS)[x.topic]), rng.random(n) < chance),
            "word": _when(word.str.replace_all(r"\W", ""), rng.random(n) < 0.4 * chance),
            "lure": _when(
                pl.Series(lure[rng.integers(len(lure), size=n)]), rng.random(n) < 0.6 * x.nsfw
            ),
        }
    )
    tags = columns.select(pl.concat_list("topic", "word", "lure").list.drop_nulls())
    return tags.to_series().alias("hashtags")


def _when(values: pl.Series, mask: NDArray[np.bool_]) -> pl.Series:
    return pl.select(pl.when(pl.Series(mask)).then(values)).to_series()
