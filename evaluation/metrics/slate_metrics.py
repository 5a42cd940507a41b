"""How good are the slates of one policy? Every number of the report that is about what was shown.

What is *relevant* is decided here, once. On a planted world the honest answer is the chance
itself: `value` is the mean P(engagement | examined) over the places of a slate, whatever the
log shows, and `value_ndcg` asks how much of it stands on top; an empty place is worth nothing.
Where there is no truth, all that is known is what people did with what the old feed happened to
show them: `ndcg`, `recall` and their like call a tweet relevant if the viewer engaged with it after
the visit, and it could have been shown then. What nobody was shown, nobody engaged with, so these
figures favour whatever resembles the feed that wrote the log; they compare, they do not measure.
Where that feed also logged how likely it was to show each, `recall_ips` counts an engagement for as
many as there would have been of its kind, had everything been shown (inverse propensity).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import ranking
from evaluation.metrics.exposure import Exposure
from evaluation.metrics.resample import Figure, Figures, Weights, mean, ratio
from evaluation.offline import propensity
from evaluation.offline.dataset import TEMPORAL, Dataset
from evaluation.offline.replay_evaluation import PLACES, Asked, Recommendations
from evaluation.policies.policy import ORACLE
from ml.arrays import Rows

CUTOFFS: Final = (5, 10, 20)
AT: Final = 10  # the slate that people see

PerPlace = NDArray[np.floating]  # (visits, PLACES)


@dataclass(frozen=True)
class SlateMetrics:
    """What all policies are judged by."""

    dataset: Dataset
    asked: Asked
    weights: Weights

    def figures(self, name: str) -> dict[str, Figure]:
        """All that can be known about one policy."""
        slates = self.asked.slates[name]
        return {**self._by_truth(slates), **self._by_log(slates), **self._by_company(slates)}

    def judged(self, name: str) -> dict[str, Figure]:
        """What people would engage with, by the truth where it is known, and by the log."""
        slates = self.asked.slates[name]
        return {**self._by_truth(slates), **self._by_log(slates)}

    def ndcg(self, slates: Recommendations) -> NDArray[np.float64]:
        """Of the first ten places, per visit, by the log."""
        return ranking.ndcg(self.gain(slates), ranking.ideal_of(self.wanted, PLACES), AT)

    def worth(self, slates: Recommendations, head: str = "engagement") -> PerPlace:
        """The planted chance at each place; 0 where it is empty."""
        assert self.dataset.truth is not None
        visits = self.asked.visits
        out = np.zeros(slates.tweet.shape)
        visit, _ = there = np.nonzero(slates.there)
        chances = self.dataset.truth.probabilities(
            visits.user[visit], slates.tweet[there], visits.at[visit]
        )
        out[there] = (
            1 - (1 - chances["negative"]) * (1 - chances["report"])
            if head == "unwelcome"
            else chances[head]
        )
        return out

    def gain(self, slates: Recommendations) -> PerPlace:
        """1 where the viewer went on to engage with what stands there."""
        tweets = len(self.dataset.tweets)
        visit = np.arange(len(slates.tweet))[:, None]
        key = visit * np.int64(tweets) + slates.tweet
        visited, tweet = self.asked.relevant
        wanted = visited * np.int64(tweets) + tweet
        return (np.isin(key, wanted) & slates.there).astype(np.float64)

    @cached_property
    def inverse_propensity(self) -> NDArray[np.float64] | None:
        """(relevant,) what each counts for; None where nobody logged how likely it was shown."""
        if self.dataset.protocol != TEMPORAL:
            return None
        visit, tweet = self.asked.relevant
        user = self.asked.visits.user[visit]
        return propensity.inverse_after_the_cut(self.dataset, user, tweet)

    @cached_property
    def wanted(self) -> NDArray[np.int64]:
        """(visits,) how much there was to find."""
        return np.bincount(self.asked.relevant[0], minlength=len(self.asked.visits))

    @cached_property
    def ideal(self) -> PerPlace:
        """The planted chances of the best slate there is."""
        return self.worth(self.asked.slates[ORACLE])

    @cached_property
    def creators(self) -> NDArray[np.bool_]:
        """(users,) those who wrote anything that could have been shown to somebody."""
        author = self.dataset.tweets.author[self.asked.fresh]
        creators = np.zeros(len(self.dataset.users), bool)
        creators[author[author >= 0]] = True
        return creators

    def _by_truth(self, slates: Recommendations) -> Figures:
        if self.dataset.truth is None:
            return {}
        w, worth, unwelcome = self.weights, self.worth(slates), self.worth(slates, "unwelcome")
        figures = {f"value@{k}": mean(worth[:, :k].mean(axis=1), w) for k in CUTOFFS}
        if ORACLE in self.asked.slates:
            for k in CUTOFFS:
                figures[f"value_ndcg@{k}"] = mean(ranking.ndcg(worth, self.ideal, k), w)
        figures[f"unwelcome@{AT}"] = mean(unwelcome[:, :AT].mean(axis=1), w)
        return figures

    def _by_log(self, slates: Recommendations) -> Figures:
        w, gain, ideal = self.weights, self.gain(slates), ranking.ideal_of(self.wanted, PLACES)
        figures: dict[str, Figure] = {}
        for k in CUTOFFS:
            figures[f"ndcg@{k}"] = mean(ranking.ndcg(gain, ideal, k), w)
            for name, measure in LISTS.items():
                figures[f"{name}@{k}"] = mean(measure(gain, self.wanted, k), w)
        return {**figures, **self._by_propensity(slates)}

    def _by_propensity(self, slates: Recommendations) -> Figures:
        """Of all visits together: one engagement with what was hardly ever shown is a large part
        of its own visit."""
        counts = self.inverse_propensity
        if counts is None:
            return {}
        (visit, tweet), visits = self.asked.relevant, len(self.asked.visits)
        place = np.argmax(at := slates.tweet[visit] == tweet[:, None], axis=1)
        place[~at.any(axis=1)] = PLACES

        def of_visits(some: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.bincount(visit, some, visits).astype(np.float64)

        every = of_visits(counts)
        return {
            f"recall_ips@{k}": ratio(of_visits(counts * (place < k)), every, self.weights)
            for k in CUTOFFS
        }

    def _by_company(self, slates: Recommendations) -> Figures:
        w, top = self.weights, slates.tweet[:, :AT]
        there = top >= 0
        count = there.sum(axis=1)
        shown = np.where(count > 0, count, np.nan)
        author = np.where(there, self.dataset.tweets.author[top], -1)
        somebody = np.where(there & (author < 0), len(self.dataset.users) + top, author)
        thread = np.where(there, self.dataset.tweets.threads.began(top), -1)
        tweets = Exposure(np.nonzero(there)[0], top[there], self.asked.fresh)
        authors = Exposure(np.nonzero(author >= 0)[0], author[author >= 0], self.creators)
        engaged, people = self.asked.popularity[top], len(self.dataset.users)
        bits = np.where(there, -np.log2((engaged + 1) / (people + 1)), 0)  # to expect such a tweet
        return {
            f"filled@{AT}": mean(count / AT, w),
            f"coverage@{AT}": tweets.coverage(w),
            f"authors_seen@{AT}": authors.coverage(w),
            f"creator_gini@{AT}": authors.inequality(w),
            f"author_diversity@{AT}": mean(_distinct(somebody) / shown, w),
            f"thread_diversity@{AT}": mean(_distinct(thread) / shown, w),
            f"novelty@{AT}": mean(bits.sum(axis=1) / shown, w),
            f"in_network@{AT}": mean(slates.in_network[:, :AT].sum(axis=1) / shown, w),
            f"unsafe@{AT}": mean(
                np.where(self.labelled, self.unsafe(slates)[:, :AT].sum(axis=1) / shown, np.nan), w
            ),
        }

    @cached_property
    def labelled(self) -> bool:
        """Whether anything says which tweets are unsafe."""
        tweets = self.dataset.tweets
        declared = any((label >= 0).any() for label in (tweets.toxic, tweets.nsfw))
        return self.dataset.truth is not None or declared

    def unsafe(self, slates: Recommendations) -> NDArray[np.bool_]:
        """What should not have been shown: planted harm, or where nothing is planted, a declared
        label; adult content only to those who did not ask for it."""
        tweet, there = slates.tweet, slates.there
        truth, tweets = self.dataset.truth, self.dataset.tweets
        toxic = truth.toxic(tweet) if truth else tweets.toxic[tweet] == 1
        nsfw = truth.nsfw(tweet) if truth else tweets.nsfw[tweet] == 1
        asked_for = self.dataset.users.sensitive_ok[self.asked.visits.user][:, None]
        unsafe: NDArray[np.bool_] = there & (toxic | (nsfw & ~asked_for))
        return unsafe


LISTS: Final[Mapping[str, Callable[[PerPlace, NDArray[np.int64], int], PerPlace]]] = {
    "precision": ranking.precision,
    "recall": ranking.recall,
    "mrr": ranking.mrr,
    "hit_rate": ranking.hit_rate,
}


def _distinct(what: Rows) -> NDArray[np.int64]:
    """How many different ones stand in each row; -1 is none."""
    ordered = np.sort(what, axis=1)
    first = np.diff(ordered, axis=1, prepend=-2) != 0
    distinct: NDArray[np.int64] = (first & (ordered >= 0)).sum(axis=1)
    return distinct
