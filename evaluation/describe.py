"""What is this world like? Read it before you believe a number that was measured in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from datagen.parameters import DAY
from evaluation.metrics.thresholds import Thresholds
from evaluation.offline.held_out import AVERSE, PRIOR
from evaluation.truth import Truth
from ml.actions import ENGAGEMENTS, Action
from ml.arrays import Rows
from ml.dataset.tables import Tables
from ml.heads import HEADS
from ml.state.events import Events
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.tweets import Tweets
from ml.state.tables.users import Users
from ml.state.updates import tables_to_events
from ml.training.examples import Examples, of_impressions

SESSION_SECONDS: Final = 1800  # a longer pause begins a new session
PAIRS: Final = 20_000  # of follows, looked at for homophily
QUANTILES: Final = (0.1, 0.5, 0.9)
TAIL: Final = 0.2  # the share of positive counts that is called the tail
LEAST: Final = 10  # counts that a tail needs

Section = dict[str, str]


def describe(tables: Tables, folder: Path) -> dict[str, Section]:
    """Sections of lines, each a name and what there is to say.

    Args:
        folder: where the tables were read, with the truth beside them.
    """
    users, tweets = tables_to_events.catalog(tables)
    events = tables_to_events.events(tables, users, tweets)
    truth = Truth.read(folder / "truth", users, tweets)
    sections = {
        "size": _size(tables),
        "actions": _rates(tables),
        "power laws (exponent of the tail)": _tails(events, users, tweets),
        "homophily (followed pairs, and shuffled ones)": _homophily(events, users),
        "sessions": _sessions(events) if tables.has_times else {},
        "lifetime of a tweet": _lifetimes(events, tweets) if tables.has_times else {},
        "AUC per head": _aucs(events, tweets, truth),
    }
    return {name: lines for name, lines in sections.items() if lines}


def table(sections: dict[str, Section]) -> str:
    """The sections as people read them."""
    return "\n".join(
        line
        for name, section in sections.items()
        for line in (name, *(f"  {what:<24}{text}" for what, text in section.items()))
    )


def _size(tables: Tables) -> Section:
    names = ("users", "tweets", "follows", "interactions", "impressions")
    return {name: f"{len(getattr(tables, name)):,}" for name in names}


def _rates(tables: Tables) -> Section:
    """How often each action is taken, and of how many impressions, where there are any."""
    shown = len(tables.impressions)
    counts = tables.interactions["action"].value_counts(sort=True).iter_rows()
    return {
        name: f"{count:>9,}" + (f"   {count / shown:.3%} of impressions" if shown else "")
        for name, count in counts
    }


def _tails(events: Events, users: Users, tweets: Tweets) -> Section:
    followed = events.target[(events.action == Action.FOLLOW) & (events.target >= 0)]
    engaged = _engaged(events)
    counts = {
        "followers": np.bincount(followed, minlength=len(users)),
        "tweets per author": np.bincount(tweets.author[tweets.author >= 0], minlength=len(users)),
        "engagements per tweet": np.bincount(engaged.tweet, minlength=len(tweets)),
        "engagements per user": np.bincount(engaged.user, minlength=len(users)),
    }
    return {name: f"{exponent(count):.2f}   most {count.max():,}" for name, count in counts.items()}


def exponent(counts: NDArray[np.integer]) -> float:
    """The exponent of a power law through the largest counts, by maximum likelihood (Clauset et
    al., 2009); NaN where they are too few."""
    positive = counts[counts > 0].astype(np.float64)
    if len(positive) < LEAST:
        return float("nan")
    start = max(np.quantile(positive, 1 - TAIL), 1.0)
    tail = positive[positive >= start]
    return float(1 + len(tail) / np.log(tail / (start - 0.5)).sum())


def _homophily(events: Events, users: Users) -> Section:
    follows = events[(events.action == Action.FOLLOW) & (events.target >= 0)]
    if not len(follows):
        return {}
    some = np.unique(np.linspace(0, len(follows) - 1, PAIRS).astype(np.intp))
    left, right = follows.user[some], follows.target[some]
    engaged = _engaged(events)
    shares = [
        (_share_interest(users, left, other), _share_tweet(engaged, left, other))
        for other in (right, np.random.default_rng(0).permutation(right))
    ]
    names = ("share an interest", "engaged with the same")
    return {
        name: ", ".join("–" if share is None else f"{share:.1%}" for share in both)
        for name, both in zip(names, zip(*shares, strict=True), strict=True)
    }


def _share_interest(users: Users, left: Rows, right: Rows) -> float | None:
    """How many pairs declare an interest in common; None where nobody declares any."""
    mine, theirs = users.interests[left], users.interests[right]
    if not mine.any():
        return None
    same = (mine[:, :, None] == theirs[:, None, :]) & (mine != 0)[:, :, None]
    return float(same.any(axis=(1, 2)).mean())


def _share_tweet(engaged: Events, left: Rows, right: Rows) -> float:
    """How many pairs engaged with at least one tweet in common."""
    done = pl.DataFrame({"left": engaged.user, "tweet": engaged.tweet}).unique()
    pairs = pl.DataFrame({"left": left, "right": right}).with_row_index("pair")
    both = pairs.join(done, on="left").join(
        done.rename({"left": "right"}), on=["right", "tweet"], how="semi"
    )
    return both["pair"].n_unique() / len(pairs)


def _sessions(events: Events) -> Section:
    """Runs of impressions, or else of engagements, without a long pause."""
    shown = events[events.action == Action.IMPRESSION]
    seen = shown if len(shown) else _engaged(events)
    order = np.lexsort((seen.at, seen.user))
    user, at = seen.user[order], seen.at[order]
    first = np.flatnonzero(np.r_[True, (np.diff(user) > 0) | (np.diff(at) > SESSION_SECONDS)])
    days = max((at.max() - at.min()) / DAY, 1)
    pause = np.diff(at[first])[np.diff(user[first]) == 0] / 3600
    return {
        "per user and day": f"{len(first) / len(np.unique(user)) / days:.2f}",
        "length": _spread(np.diff(np.r_[first, len(at)])),
        "hours to the next": _spread(pause),
    }


def _lifetimes(events: Events, tweets: Tweets) -> Section:
    engaged = _engaged(events)
    written = tweets.created_at[engaged.tweet]
    hours = (engaged.at - written)[written > UNKNOWN_TIME] / 3600
    return {"age when engaged with": _spread(hours) + " hours"} if len(hours) else {}


def _aucs(events: Events, tweets: Tweets, truth: Truth | None) -> Section:
    """What the most knowing and the simplest ranker reach on the log itself."""
    examples = of_impressions(events, tweets)
    if not len(examples):
        return {}
    popularity = _popularity(examples)
    chances = truth and truth.probabilities(examples.viewer, examples.tweet, examples.at)
    once = np.ones((1, len(examples)))
    lines: Section = {}
    for column, head in enumerate(HEADS):
        label = examples.label[:, column].astype(np.float64)
        if not 0 < label.mean() < 1:
            continue
        score = -popularity if head.name in AVERSE else popularity
        lines[head.name] = f"popularity {Thresholds.of(label, score).auc(once)[0]:.3f}"
        if chances:
            oracle = Thresholds.of(label, chances[head.name]).auc(once)[0]
            lines[head.name] += f"   oracle {oracle:.3f}"
    return lines


def _popularity(examples: Examples) -> NDArray[np.float64]:
    """Each tweet's smoothed rate of engagement over its earlier impressions."""
    engaged, tweet = pl.col("engaged"), "tweet"
    rows = pl.DataFrame({"tweet": examples.tweet, "engaged": examples.label[:, 0].astype(float)})
    before = engaged.cum_sum().over(tweet) - engaged + PRIOR[0]
    rate = before / (pl.int_range(pl.len()).over(tweet) + PRIOR[1])
    return np.asarray(rows.select(rate).to_series().to_numpy())


def _engaged(events: Events) -> Events:
    return events[np.isin(events.action, ENGAGEMENTS)]


def _spread(values: NDArray[np.floating] | NDArray[np.integer]) -> str:
    """The middle, and how far the outer tenths are."""
    if not len(values):
        return "–"
    low, middle, high = np.quantile(values, QUANTILES)
    return f"median {middle:.1f}   80 % within {low:.1f}–{high:.1f}"
