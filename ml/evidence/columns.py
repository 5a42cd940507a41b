"""The columns of evidence: logarithms and shares, each relative to what its own source knows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ml.arrays import Rows
from ml.embeddings.als import taste
from ml.embeddings.encoder import Encoder
from ml.embeddings.item_item import ItemItem
from ml.evidence.circle import engaged_in_circle
from ml.evidence.popularity import SHARES, Popularity
from ml.features import NAMES as FEATURES
from ml.features import Pairs
from ml.models.listwise import Listwise
from ml.state.feature_state import FeatureState
from ml.state.structures.event_order import UNKNOWN_TIME
from ml.state.tables.neighborhood import Neighborhood

FLOOR: Final = 1e-3  # of a share, before its logarithm is taken
OLD: Final = 20.0  # times the median age at engagement; what is older is as old
OF_FEATURES: Final = (  # read as they are
    "follows_author",
    "author_affinity",
    "author_engagements",
    "author_shares_interests",
    "author_followers",
    "topic_affinity",
    "topic_share",
    "topic_liking",
    "neighbors_following_author",
    "neighbors_share_author",
    "followees_engaged_with_tweet",
    "simclusters_similarity",
    "twhin_similarity",
    "realgraph_strength",
)
ITEM_ITEM: Final = ("log_share", "share", "any", "rank")
POPULARITY: Final = ("popular", *(f"popular_last_{share:.0%}" for share in SHARES))
AGE: Final = ("age", "age_over_median", "log_age_over_median")
MODEL: Final = ("heads", "similarity")  # logarithm of the fused value; log-odds
CROSSED: Final = (  # also times 1 / sqrt(1 + engagements of the viewer)
    "item_item_log_share",
    "als",
    "popular",
    "popular_last_5%",
    "heads",
    "twhin_similarity",
    "age",
    "follows_author",
)
UNKNOWN: Final = (  # also where nothing is known of the viewer
    "popular",
    "popular_last_5%",
    "heads",
    "similarity",
    "twhin_similarity",
)
PLAIN: Final = (
    *(f"item_item_{name}" for name in ITEM_ITEM),
    *(f"item_item_latest_{name}" for name in ITEM_ITEM),
    "als",
    *POPULARITY,
    *AGE,
    "circle",
    "circle_share",
    *MODEL,
    *OF_FEATURES,
)
IF_NEW, IF_UNKNOWN = "_if_new", "_if_unknown"
NAMES: Final = (
    *PLAIN,
    *(name + IF_NEW for name in CROSSED),
    *(name + IF_UNKNOWN for name in UNKNOWN),
)
HEADS: Final = NAMES.index("heads")
GROUPS: Final = {  # what is no feature, by what it comes from
    "co-engagement": (*PLAIN[: 2 * len(ITEM_ITEM)], "als"),
    "popularity": POPULARITY,
    "age": AGE,
    "circle": ("circle", "circle_share"),
    "heads": MODEL,
}
ABOUT: Final = {  # what the columns of each group say of a tweet, to those who read explanations
    "co-engagement": "How far people who engaged with the viewer's tweets, all or the latest "
    "three, engaged with it, beside the tweet of which most did; `als`: by embeddings of the "
    "tweets' own, 1 for what the viewer engaged with.",
    "popularity": "How many engaged, at all and in the last part of the log: a logarithm, 0 for "
    "the most popular.",
    "age": "How old it is, in hours and over the median age at which people engage.",
    "circle": "How many of those whom the viewer follows engaged, and which share of them.",
    "heads": "What the heads expect of it, as the logarithm of its value over that of an average "
    "impression; the log-odds of an engagement by the two towers alone.",
    "features": "Features of the heavy ranker, as they are.",
    IF_NEW: "The same, times 1 / sqrt(1 + engagements of the viewer): all of it for newcomers.",
    IF_UNKNOWN: "The same where nothing is known of the viewer, and 0 else.",
}

Columns = NDArray[np.float32]


def reads(plain: Collection[str]) -> NDArray[np.bool_]:
    """(`NAMES`,) which columns are made of any of these plain ones."""
    made_of = (name.removesuffix(IF_NEW).removesuffix(IF_UNKNOWN) for name in NAMES)
    return np.array([name in plain for name in made_of])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Reads the evidence for tweets, as of the moment of each request."""

    popularity: Popularity
    median_age: float | None  # seconds from writing to engagement; None without times

    @classmethod
    def of(cls, state: FeatureState, model: Listwise) -> Self:
        """What a fitted stage reads of a state."""
        return cls(Popularity(state, model.spans), model.median_age)

    def columns(
        self,
        pairs: Pairs,
        item_item: ItemItem,
        features: NDArray[np.float32],
        value: NDArray[np.floating],
        similarity: NDArray[np.floating],
    ) -> Columns:
        """(tweets, `NAMES`) of one viewer at one moment.

        Args:
            pairs: of one viewer, at one moment.
            item_item: what goes with the viewer's history.
            features: (tweets, features) of the pairs.
            value: (tweets,) the fused value of the heads, over that of an average impression.
            similarity: (tweets,) probability by the embeddings alone.
        """
        tweet, state = pairs.tweet, pairs.state
        plain = [
            *_of_item_item(item_item, tweet),
            _of_als(state, pairs.encoder, int(pairs.viewer[0]), tweet),
            *_of_popularity(self.popularity.of(int(pairs.now[0])), tweet),
            *self._of_age(state.tweets.created_at[tweet], int(pairs.now[0])),
            *engaged_in_circle(pairs, tweet),
            np.log(np.maximum(value, 1e-6)),
            np.log(similarity / (1 - similarity)),
            *(features[:, FEATURES.index(name)] for name in OF_FEATURES),
        ]
        viewer = int(pairs.viewer[0])
        written = state.history.written[viewer] if viewer >= 0 else 0
        novelty = 1 / np.sqrt(1.0 + written)
        crossed = [plain[PLAIN.index(name)] * novelty for name in CROSSED]
        unknown = 0.0 if _is_known(pairs, viewer) else 1.0
        crossed += [plain[PLAIN.index(name)] * unknown for name in UNKNOWN]
        return np.stack([*plain, *crossed], axis=1, dtype=np.float32, casting="same_kind")

    def _of_age(self, created_at: NDArray[np.int64], now: int) -> list[NDArray[np.float64]]:
        known = created_at != UNKNOWN_TIME
        if self.median_age is None:
            return [np.zeros(len(created_at))] * len(AGE)
        age = np.where(known, np.maximum(now - created_at, 1), self.median_age)
        over = age / self.median_age
        return [np.log(age / 3600 + 0.5), np.minimum(over, OLD), np.log1p(over)]


def _is_known(pairs: Pairs, viewer: int) -> bool:
    """Whether a viewer engaged with anything, declared an interest or follows somebody."""
    if viewer < 0:
        return False
    state = pairs.state
    around = pairs.known or Neighborhood.of(state.graph, viewer)
    has_taste = state.history.written[viewer] > 0 or state.users.interests[viewer].any()
    return bool(has_taste or len(around.following))


def _of_item_item(found: ItemItem, tweet: Rows) -> list[NDArray[np.float64]]:
    """Of the whole history, then of its latest; relative to the strongest of all tweets."""
    columns: list[NDArray[np.float64]] = []
    for theirs, asked in zip((found.strength, found.latest), found.of_tweets(tweet), strict=True):
        there = np.sort(theirs[theirs > 0])
        share = np.minimum(asked / there[-1], 1.0) if len(there) else np.zeros(len(tweet))
        rank = np.log1p(len(there) - np.searchsorted(there, asked, "right"))
        there_is = np.where(share > 0, 1.0, 0.0)
        columns += [np.log(np.maximum(share, FLOOR)), share, there_is, rank]
    return columns


def _of_als(state: FeatureState, encoder: Encoder, viewer: int, tweet: Rows) -> NDArray[np.float64]:
    """(tweets,) the score of each by the embeddings that it and the history of the viewer have of
    their own; 1 is what they engaged with, 0 what nobody did."""
    encoded = encoder.tweets
    history = state.history.tweet[viewer] if viewer >= 0 else np.empty(0, np.int32)
    history = history[history >= 0]
    if not len(history) or not len(encoded.als_gram):
        return np.zeros(len(tweet))
    theirs = taste(encoded.als_gram, encoded.als[history])
    score: NDArray[np.float64] = np.einsum("ij,j->i", encoded.als[tweet], theirs)  # row by row
    return score


def _of_popularity(logs: Columns, tweet: Rows) -> list[NDArray[np.float32]]:
    columns = list(logs[:, tweet])
    return columns + [np.zeros(len(tweet), np.float32)] * (len(POPULARITY) - len(columns))
