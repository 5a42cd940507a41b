"""For whom is it good, through whom, and by whose tweets?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics.resample import Figure, Figures, mean, ratio
from evaluation.metrics.slate_metrics import AT, SlateMetrics

NEW: Final = 5  # engagements from which on somebody is no longer new

Breakdown = dict[str, dict[str, dict[str, Figure]]]  # policy, group, figure
Mask = NDArray[np.bool_]


def by_source(judge: SlateMetrics, policy: str) -> dict[str, Figures]:
    """What each source contributes to the first ten places, and how good that is."""
    slates = judge.asked.slates[policy]
    names = slates.names
    groups = {name: slates.source[:, :AT] == place for place, name in enumerate(names)}
    return {name: _of_places(judge, policy, places) for name, places in groups.items()}


def by_user(judge: SlateMetrics, policies: Sequence[str]) -> Breakdown:
    """Cohorts of viewers by how much they had engaged when they asked: new, light, heavy."""
    return {
        policy: {
            name: {"visits": Figure(judge.weights @ cohort), **_of_visits(judge, policy, cohort)}
            for name, cohort in cohorts(judge).items()
        }
        for policy in policies
    }


def by_author(judge: SlateMetrics, policies: Sequence[str]) -> Breakdown:
    """Places by the author's followers at the cut: the smallest third of authors, the next, the
    largest."""
    followers = judge.asked.followers
    if not len(judge.creators):
        return {}  # nobody wrote anything, as far as the tables say
    edges = np.quantile(followers[judge.creators], [1 / 3, 2 / 3])
    author = judge.dataset.tweets.author
    found: Breakdown = {}
    for policy in policies:
        tweet = judge.asked.slates[policy].tweet[:, :AT]
        known = (tweet >= 0) & (author[tweet] >= 0)
        size = np.where(known, np.searchsorted(edges, followers[author[tweet]], "left"), -1)
        found[policy] = {
            name: _of_places(judge, policy, size == place)
            for place, name in enumerate(("small", "medium", "large"))
        }
    return found


def cohorts(judge: SlateMetrics) -> dict[str, Mask]:
    """New viewers had engaged fewer than five times; half of the others are light."""
    history = judge.asked.history
    new = history < NEW
    middle = np.median(history[~new]) if (~new).any() else 0
    return {"new": new, "light": ~new & (history <= middle), "heavy": ~new & (history > middle)}


def _of_visits(judge: SlateMetrics, policy: str, cohort: Mask) -> dict[str, Figure]:
    slates = judge.asked.slates[policy]
    figures = {f"ndcg@{AT}": mean(np.where(cohort, judge.ndcg(slates), np.nan), judge.weights)}
    if judge.dataset.truth:
        worth = judge.worth(slates)[:, :AT].mean(axis=1)
        figures[f"value@{AT}"] = mean(np.where(cohort, worth, np.nan), judge.weights)
    return figures


def _of_places(judge: SlateMetrics, policy: str, places: Mask) -> dict[str, Figure]:
    """Of these places on the slates: their share of all, and what stands there."""
    slates, weights = judge.asked.slates[policy], judge.weights
    count = places.sum(axis=1)

    def per_place(value: NDArray[np.floating] | Mask, known: Mask | bool = True) -> Figure:
        total = np.where(places, value[:, :AT], 0).sum(axis=1)
        return ratio(np.where(known, total, 0), np.where(known, count, 0), weights)

    figures = {
        "share": ratio(count, slates.there[:, :AT].sum(axis=1), weights),
        "precision": per_place(judge.gain(slates), judge.wanted > 0),
        "unsafe": per_place(judge.unsafe(slates), judge.labelled),
    }
    return {**figures, "value": per_place(judge.worth(slates))} if judge.dataset.truth else figures
